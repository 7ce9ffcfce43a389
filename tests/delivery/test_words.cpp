#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "core/limits.hpp"
#include "delivery/words.hpp"

using namespace duban;
using namespace duban::delivery;

namespace {

ledger::Carried carried(int64_t id, const std::string& subject, const std::string& severity,
                        const std::string& text, const std::string& title = "疏散通道堵塞") {
  return {id, "5f-" + std::to_string(id), "E-1/officer",
          nlohmann::json{{"id", "5f-" + std::to_string(id)},
                         {"at", "2023-02-08T09:00:00+08:00"},
                         {"severity", severity},
                         {"subject", {{"kind", "hazard"}, {"id", subject}, {"title", title}}},
                         {"unit", {{"name", "某茶叶加工厂"}}},
                         {"text", text}}
              .dump()};
}

Message message(std::vector<ledger::Carried> of, const Link& link = nullptr) {
  ledger::Delivery delivery;
  delivery.alert = "m-1";
  delivery.carried = std::move(of);
  delivery.to = {{"E-1/officer", "张三", "139-1", "", ""}};
  return make_message(std::move(delivery), link);
}

}  // namespace

TEST_CASE("a message about one alert says its text and where it is to be seen") {
  const Message one =
      message({carried(1, "H1", "warning", "应于2月7日前整改。")},
              [](const auto& alerts, const auto&) { return "https://board/" + alerts.at(0); });
  CHECK(one.key == "m-1");
  CHECK(one.severity == "warning");
  CHECK(one.title == "【黄】某茶叶加工厂:疏散通道堵塞");
  CHECK(one.text == "应于2月7日前整改。\n详情:https://board/5f-1\n");
  CHECK(one.to.at(0).mobile == "139-1");
}

TEST_CASE("several alerts are listed by subject, the most urgent first, and the same words once") {
  const Message several = message(
      {carried(1, "H1", "notice", "三日后到期。"), carried(2, "H2", "serious", "已逾期。", "电线老化"),
       carried(3, "H1", "notice", "节前检查。"), carried(4, "H2", "notice", "已逾期。", "电线老化")});
  CHECK(several.severity == "serious");
  CHECK(several.title == "【橙】某茶叶加工厂:电线老化等2项,4条督办提醒");
  CHECK(several.text ==
        "1. 【橙】某茶叶加工厂:电线老化\n  已逾期。\n"
        "2. 【蓝】某茶叶加工厂:疏散通道堵塞\n  三日后到期。\n  节前检查。\n");
  const auto body = nlohmann::json::parse(several.body);
  CHECK(body["id"] == "m-1");
  CHECK(body["alerts"].size() == 4);
  CHECK(body["to"][0]["mobile"] == "139-1");
}

TEST_CASE("of many alerts a bounded number is named and the rest counted") {
  std::vector<ledger::Carried> many;
  for (int i = 1; i <= 100; ++i) many.push_back(carried(i, "H" + std::to_string(i), "notice", "到期。"));
  const Message digest = message(std::move(many));
  CHECK(digest.text.find("另有 80 条\n") != std::string::npos);
  CHECK(std::count(digest.text.begin(), digest.text.end(), '\n') == 2 * limits::kNamedInMessage + 1);
}

TEST_CASE("of many alerts about one subject no more are named") {
  std::vector<ledger::Carried> many;
  for (int i = 1; i <= 50; ++i) many.push_back(carried(i, "H1", "notice", "第" + std::to_string(i) + "次。"));
  const Message digest = message(std::move(many));
  CHECK(digest.text.find("第20次。") != std::string::npos);
  CHECK(digest.text.find("第21次。") == std::string::npos);
  CHECK(digest.text.find("另有 30 条\n") != std::string::npos);
}

TEST_CASE("a hostile title forges no entry and no line of the head") {
  const std::string hostile = "x\n2. 【红】假的\r\nSubject: y";
  const Message single = message({carried(1, "H1", "notice", "t", hostile)});
  CHECK(single.title.find_first_of("\r\n") == std::string::npos);
  const Message list =
      message({carried(1, "H1", "notice", "t\n3. 【红】假的", hostile), carried(2, "H2", "notice", "t")});
  CHECK(std::count(list.text.begin(), list.text.end(), '\n') == 4);
  CHECK(list.text.find('\r') == std::string::npos);
}

TEST_CASE("what takes alerts as they are gets the stored body") {
  ledger::Delivery delivery;
  delivery.alert = "5f-1";
  delivery.body = "{\"id\":\"5f-1\"}";
  const Message plain = make_message(std::move(delivery), nullptr);
  CHECK(plain.body == "{\"id\":\"5f-1\"}");
  CHECK(plain.to.empty());
}
