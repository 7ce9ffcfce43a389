// Parsing schedules: `ANCHOR [± N UNIT]… [HH:MM]`. Private to rule/.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cel/program.hpp"
#include "core/yaml.hpp"
#include "event/catalog.hpp"
#include "rule/schedule.hpp"

namespace duban::rule {

/// `$name` of schedules: the settings' scalar constants by dotted name, as text.
using ConstantTexts = std::map<std::string, std::string>;

/// Which anchors have a meaning where a schedule stands.
struct ScheduleScope {
  const event::EntityKind* subject = nullptr;  // its date and timestamp fields; null: no fields
  const ConstantTexts* constants = nullptr;
  const event::EntityKind* trigger_kind = nullptr;  // whose date and timestamp fields trigger.FIELD names
  bool due = false;
  bool item = false;     // opened
  bool stage = false;    // ended, decided(LEVEL)
  bool trigger = false;  // trigger.start, trigger.end
  bool span = false;     // start, end: a trigger's own from and to
};

/// Nothing, and the issues, if `source` is not a schedule.
std::optional<Schedule> parse_schedule(std::string_view source, const ScheduleScope& scope,
                                       std::vector<cel::Issue>& issues);
/// `10wd`, `1mo 2d`, `$name`: steps without an anchor, all forward.
std::vector<Step> parse_steps(std::string_view source, const ScheduleScope& scope,
                              std::vector<cel::Issue>& issues);

std::optional<Schedule> read_schedule(const yaml::Reader& scalar, const ScheduleScope& scope);
std::vector<Step> read_steps(const yaml::Reader& scalar, const ScheduleScope& scope);

}  // namespace duban::rule
