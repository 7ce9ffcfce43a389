// Makes a plan that fails small: leaves out what it does not need to fail.
#pragma once

#include "plan.hpp"

namespace duban::sim {

/// Steps in ever smaller pieces, then rules and stages. Runs the plan a few hundred times.
Plan shrink(Plan plan);

}  // namespace duban::sim
