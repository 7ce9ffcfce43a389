// An alert record as the ledger keeps it, and messages of it.
#pragma once

#include <string>

#include "delivery/channel.hpp"

namespace duban::test {

inline std::string alert_json(const std::string& id, bool proposal = false,
                              const std::string& level = "urge") {
  return R"({"id":")" + id + R"(","at":"2023-02-08T09:00:00+08:00","rule":"hazard-rectification",)" +
         R"("stage":"overdue","level":")" + level + R"(","severity":"warning","proposal":)" +
         (proposal ? "true" : "false") +
         R"(,"subject":{"kind":"hazard","id":"H1","title":"疏散通道堵塞"},)"
         R"("unit":{"id":"E-1","name":"某茶叶加工厂","area":"341004101205"},)"
         R"("item":{"id":"x","opened":"2023-01-19T15:00:00+08:00","due":"2023-02-07","streak":0},)"
         R"("trigger":null,"to":["E-1/principal","T-1/principal"],)"
         R"("text":"【逾期】某茶叶加工厂:“疏散通道堵塞”应于2月7日前整改。","basis":["S1-79"],)"
         R"("cause":{"event":{"type":"hazard.ordered","id":"2","topic":"t","partition":0,"offset":1},)"
         R"("rule":{"file":"rules/hazard.yaml","line":3,"version":"v"}}})";
}

inline delivery::Message alert_message(const std::string& id = "5f-0a1b") {
  delivery::Message message;
  message.delivery = 1;
  message.key = id;
  message.body = alert_json(id);
  message.at = *parse_rfc3339("2023-02-08T01:00:00Z");
  return message;
}

}  // namespace duban::test
