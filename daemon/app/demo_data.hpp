// A year of one district's events for `duban demo`: made from a seed, the same for the same seed everywhere.
//
// 徽州区 (341004) in 2023, the units of config/directory.yaml, invented enterprises and hazards. The numbers
// are in the proportions of a Shaanxi city's bulletin of 2020: 3,246 inspections, 5,110 hazards found, 4,531
// closed by the year's end. Among the events are what a real topic brings too: redeliveries, events before
// their predecessors, a few that are illegal or malformed.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "calendar/calendar.hpp"
#include "core/time.hpp"

namespace duban::app {

struct DemoPlan {
  uint64_t seed = 2023;
  int year = 2023;  // of a calendar that knows its arrangement
  int inspections = 3'246;
  int hazards = 5'110;
  int closed = 4'531;  // at the year's end; the rest is open, but for a few withdrawn ones
};

struct DemoEvent {
  Instant at{};            // the record's instant
  std::string_view topic;  // "safety.hazards" …, as in config/duban.yaml
  std::string key;         // the entity's id
  std::string json;        // a CloudEvent in structured mode
};

/// Events of the year in order of instant. Deterministic in `plan` and the calendar.
std::vector<DemoEvent> demo_year(const DemoPlan& plan, const calendar::Calendar& calendar);

/// One line for a recorded file: the CloudEvent with its record's instant as `at`.
std::string demo_line(const DemoEvent& event);

}  // namespace duban::app
