// What happens in the demo's district besides the hazards: weather, seasons, inspections, duties, accidents.
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
  bool calls_for_check = false;  // of yellow or above, and of a type that asks for leader-led checks
  bool calls_at_doors = false;   // cold or snow: the villages visit those who live alone
};

/// Records warnings, seasons, nodes, meetings; returns the warnings.
std::vector<Storm> weather(DemoScript& script);

/// Records exactly plan.inspections inspections and finds exactly plan.hazards hazards, in order of instant.
std::vector<Found> inspect(DemoScript& script, const std::vector<Enterprise>& enterprises,
                           const std::vector<Storm>& storms);

/// Records what units owe by the calendar and mostly do: reports, plans, meetings, trainings, drills.
void fulfil_duties(DemoScript& script, const std::vector<Enterprise>& enterprises,
                   const std::vector<Storm>& storms);

/// Records accidents here and elsewhere, a campaign, tasks, tips, certificates.
void happen(DemoScript& script, const std::vector<Enterprise>& enterprises);

}  // namespace duban::app
