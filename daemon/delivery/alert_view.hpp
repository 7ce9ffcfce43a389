// What channels say of a delivery's body: the alert record of rules.md, or a dead letter.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace duban::delivery {

struct AlertView {
  std::string id;
  std::string at;  // RFC 3339, as in the record
  std::string rule;
  std::string stage;
  std::string level;     // "urge"
  std::string severity;  // "serious"
  std::string subject_kind;
  std::string subject_id;
  std::string subject_title;
  std::string unit_id;
  std::string unit_name;
  std::string area;  // the unit's
  std::string text;
  std::vector<std::string> to;
  bool proposal = false;
};

/// Empty if `body` is not an alert record; a record without some of these is one. Event loop's thread only.
std::optional<AlertView> read_alert(std::string_view body);

}  // namespace duban::delivery
