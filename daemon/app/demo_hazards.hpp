// The life of each hazard of the demo: reported, ordered, planned, rectified, re-inspected; or not.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "app/demo_script.hpp"
#include "app/demo_units.hpp"

namespace duban::app {

/// How a hazard was found.
struct Found {
  const Enterprise* enterprise = nullptr;
  Instant at{};
  std::string origin;      // of the catalog's list
  std::string inspection;  // its id, or empty
  std::string inspector;   // the unit that follows it up
};

/// Writes the lives of `found`, such that exactly plan.closed of them are closed at the year's end.
/// Returns the ids of some closed, some open and some withdrawn ones, for the illegal events.
struct Examples {
  std::vector<std::string> closed;
  std::vector<std::pair<std::string, Instant>> major;  // with the instant of its report
  std::vector<std::string> ordered;                    // open, with a due date ahead
  std::vector<std::string> withdrawn;
};
Examples live(DemoScript& script, std::vector<Found> found);

}  // namespace duban::app
