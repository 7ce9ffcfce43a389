// The demo's year while it is being written: events with their data, working hours, the calendar.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "app/demo_data.hpp"
#include "app/demo_dice.hpp"
#include "calendar/calendar.hpp"
#include "core/time.hpp"

namespace duban::app {

using Json = nlohmann::ordered_json;

/// An event before it is an envelope.
struct DemoFact {
  Instant at{};  // of the record
  std::string type;
  std::string subject;
  Json data;
  Instant time{};  // of the event itself; kNever: shortly before the record
};

class DemoScript {
 public:
  DemoScript(const DemoPlan& year_plan, const calendar::Calendar& days)
      : plan(year_plan), calendar(days), dice(year_plan.seed), zone(Zone::shanghai()) {}

  const DemoPlan& plan;
  const calendar::Calendar& calendar;
  Dice dice;
  Zone zone;
  std::vector<DemoFact> facts;

  Date first_day() const { return Date::of(plan.year, 1, 1); }
  Date last_day() const { return Date::of(plan.year, 12, 31); }
  /// Nothing is recorded from here on.
  Instant end() const { return zone.end_of(last_day()); }
  Date date(Instant t) const { return zone.date(t); }
  Instant at(Date d, int hour, int minute) const { return zone.instant(d, {hour * 3600 + minute * 60}); }
  /// Some instant in the working hours of `d`: 08:30 to 11:50 or 14:30 to 17:20.
  Instant in_hours(Date d) {
    const int minute =
        dice.chance(55) ? dice.between(8 * 60 + 30, 11 * 60 + 50) : dice.between(14 * 60 + 30, 17 * 60 + 20);
    return zone.instant(d, {minute * 60 + dice.below(60)});
  }
  Date workdays_after(Date d, int n) const { return calendar.add_workdays(d, n); }
  void add(Instant when, std::string type, std::string subject, Json data) {
    facts.push_back({when, std::move(type), std::move(subject), std::move(data), kNever});
  }
};

}  // namespace duban::app
