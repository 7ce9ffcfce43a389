// Schedules: `ANCHOR [± N UNIT]… [HH:MM]` (rules.md, "Schedule"), parsed once, resolved against an item.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "calendar/calendar.hpp"
#include "core/diagnostic.hpp"
#include "core/time.hpp"
#include "rule/level.hpp"

namespace duban::rule {

enum class Anchor { due, opened, ended, trigger_start, trigger_end, trigger_field, decided, field };
enum class Unit { minutes, hours, days, weeks, months, workdays };
enum class Roll { none, next, previous };
enum class DayOff { before, after, keep, skip };

struct Step {
  int count = 0;  // signed; +0wd is a step of its own
  Unit unit = Unit::days;
};

struct Schedule {
  Anchor anchor = Anchor::due;
  Level level = Level::remind;  // of decided(LEVEL)
  int field = -1;               // of a field of the subject, or of the trigger's entity
  std::vector<Step> steps;
  std::optional<TimeOfDay> time;
  std::string source;
};

/// A point that a schedule starts from or leads to: a date, or an instant.
struct Moment {
  Instant at{};              // of a date: its beginning
  std::optional<Date> date;  // set: the whole day is meant
  bool provisional = false;  // a workday sum stepped on a year that is not published

  static Moment of(Instant t) { return Moment{t, std::nullopt, false}; }
  static Moment of(Date d, const Zone& zone) { return Moment{zone.instant(d, TimeOfDay{0}), d, false}; }
};

struct TimeBase {
  const calendar::Calendar& calendar;
  const Zone& zone;
  TimeOfDay default_time{9 * 3600};
};

/// Gives the moment of an anchor, or nothing if it is not known (yet).
using Anchors = std::function<std::optional<Moment>(const Schedule&)>;

/// The moment a schedule means. With HH:MM or minute/hour units an instant, else a date; `24:00` is the end
/// of its date and stays a date, so that `due + 1wd` counts from the day meant. Minutes and hours from `due`
/// and `trigger.end`, where these are dates, count from the end of the day, from other dates from their
/// beginning.
std::optional<Moment> resolve(const Schedule& schedule, const Anchors& anchors, const TimeBase& base);
/// A stage's instant: as resolve(), a date standing for `default_time` on it.
std::optional<Instant> resolve_stage(const Schedule& schedule, const Anchors& anchors, const TimeBase& base,
                                     bool* provisional = nullptr);
/// A due moment rolled off a day off, if the rule says so.
Moment roll(Moment due, Roll how, const TimeBase& base);
/// The instant a deadline ends: a date lasts to the end of its day.
Instant end_of(const Moment& due, const Zone& zone);

/// "PT"-free text for explain: "due - 3wd 09:00".
inline const std::string& text(const Schedule& s) { return s.source; }

}  // namespace duban::rule
