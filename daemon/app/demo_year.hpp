// What happens in the demo's district besides the hazards: weather, seasons, inspections.
#pragma once

#include <vector>

#include "app/demo_hazards.hpp"
#include "app/demo_script.hpp"
#include "app/demo_units.hpp"

namespace duban::app {

/// A chain of weather warnings, each replacing the one before.
struct Storm {
  std::string type;
  Instant begin{};
  std::string first_id;
  bool calls_for_check = false;  // a rainstorm of yellow or above
};

/// Records warnings, seasons, nodes, meetings; returns the warnings.
std::vector<Storm> weather(DemoScript& script);

/// Records exactly plan.inspections inspections and finds exactly plan.hazards hazards, in order of instant.
std::vector<Found> inspect(DemoScript& script, const std::vector<Enterprise>& enterprises,
                           const std::vector<Storm>& storms);

}  // namespace duban::app
