// Configurations of simulated worlds: the rules of a plan as text, over the simulator's catalog and the
// shipped calendar.
#pragma once

#include <memory>

#include "plan.hpp"
#include "rule/configuration.hpp"

namespace duban::sim {

/// Rules in the form of the plan (docs/fault-simulator.md) as YAML.
std::string rules_text(const Json& rules);
/// Rules and catalog as they are shipped, if the world is a wild one. The same rules give the same object.
/// Throws std::runtime_error if the rules are wrong: a defect of the plan.
std::shared_ptr<const rule::Configuration> configuration_of(const Json& world, const Json& rules);

/// The shipped arrangements of the simulated years.
const calendar::Calendar& the_calendar();

}  // namespace duban::sim
