// One hazard's course, step by step, before anything is decided about the year's end.
#pragma once

#include <string>
#include <vector>

#include "app/demo_hazards.hpp"

namespace duban::app {

struct Step {
  Instant at{};
  std::string type;
  Json data;
};

struct Life {
  std::string id;
  const Enterprise* enterprise = nullptr;
  std::string inspector;
  bool major = false;
  bool on_spot = false;
  std::string title;
  Date due;
  std::vector<Step> steps;  // in order of instant, but for a report that is recorded late

  /// Whether it is closed just before `t`.
  bool closed_at(Instant t) const;
};

/// The whole course of the hazard `found`, to its closing, however long that takes.
Life course(DemoScript& script, const Found& found, int number);

}  // namespace duban::app
