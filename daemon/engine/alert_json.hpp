// The alert record: one JSON object, the same wherever it is shown, stored or sent (rules.md, "Commands").
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/directory.hpp"
#include "ledger/rows.hpp"
#include "rule/rule.hpp"

namespace duban::engine {

/// Everything an alert record is made of; views are valid for the call.
struct AlertParts {
  std::string id;
  Instant at{};
  const rule::Rule* rule = nullptr;
  const rule::Stage* stage = nullptr;
  bool proposal = false;
  const ledger::Entity* entity = nullptr;
  const ledger::Entity* unit = nullptr;  // null: not known; then unit_id alone
  std::string_view unit_id;
  const UnitFields* unit_fields = nullptr;
  const ledger::Item* item = nullptr;
  std::string item_id;
  int64_t streak = 0;
  cel::Value trigger;
  std::vector<std::string> to;
  std::string text;
  std::string_view cause_type;
  std::string_view cause_topic;
  std::string_view version;
  bool inputs_lost = false;
};

std::string alert_json(const AlertParts& parts, const Zone& zone);

}  // namespace duban::engine
