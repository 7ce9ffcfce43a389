// Schedules on arbitrary text: parsed, then resolved from dates and instants all over the calendar.
//
// The first byte chooses which anchors have a meaning. Besides not crashing and not hanging: what was parsed
// gives the same moment twice, a stage's instant lies on the moment's day or is the moment, and an issue lies
// within the text.
#include "base.hpp"
#include "require.hpp"
#include "rule/schedule.hpp"

namespace duban::fuzz {
namespace {

void resolve(const rule::Schedule& schedule, const rule::Moment& from, const rule::TimeBase& time) {
  const rule::Anchors anchors = [&](const rule::Schedule&) { return std::optional(from); };
  const auto moment = rule::resolve(schedule, anchors, time);
  const auto again = rule::resolve(schedule, anchors, time);
  require(moment && again, "a known anchor leads to a moment");
  require(moment->at == again->at && moment->date == again->date, "a schedule means the same twice");
  const auto stage = rule::resolve_stage(schedule, anchors, time);
  require(stage.has_value(), "a known anchor leads to an instant");
  require(moment->date || *stage == moment->at, "a stage on an instant fires then");
  const rule::Moment rolled = rule::roll(*moment, rule::Roll::next, time);
  require(rule::end_of(rolled, time.zone) >= moment->at, "a due date that moves on does not move back");
}

}  // namespace
}  // namespace duban::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  using namespace duban;
  static const fuzz::Base base;
  static const Zone zone = Zone::shanghai();
  if (size == 0) return 0;
  const std::string_view source(reinterpret_cast<const char*>(bytes) + 1, size - 1);
  rule::ScheduleScope scope;
  scope.constants = &base.constants;
  scope.subject = (bytes[0] & 1) != 0 ? base.catalog->kind("hazard") : nullptr;
  scope.due = (bytes[0] & 2) != 0;
  scope.item = (bytes[0] & 4) != 0;
  scope.stage = (bytes[0] & 8) != 0;
  scope.trigger = (bytes[0] & 16) != 0;
  scope.span = (bytes[0] & 32) != 0;
  std::vector<cel::Issue> issues;
  const auto schedule = rule::parse_schedule(source, scope, issues);
  fuzz::require(schedule.has_value() == issues.empty(), "a schedule or issues");
  // What is missing at the end stands behind it.
  for (const cel::Issue& issue : issues)
    fuzz::require(issue.offset <= source.size() && issue.length <= source.size() - issue.offset + 1,
                  "an issue lies within the text");
  std::vector<cel::Issue> of_steps;
  rule::parse_steps(source, scope, of_steps);
  if (!schedule) return 0;
  const rule::TimeBase time{*base.calendar, zone};
  for (const char* day : {"1970-01-01", "2023-01-31", "2026-12-31", "2027-02-06", "2099-12-31"}) {
    fuzz::resolve(*schedule, rule::Moment::of(*Date::parse(day), zone), time);
    fuzz::resolve(*schedule, rule::Moment::of(zone.instant(*Date::parse(day), TimeOfDay{37'230})), time);
  }
  return 0;
}
