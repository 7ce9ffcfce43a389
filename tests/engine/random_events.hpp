// Streams of events over all that moves an engine, from a seed: units, hazards, inspections, warnings,
// incidents, seasons, decisions; a fifth of them repeated, late, illegal or no event at all.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "journal.hpp"

namespace duban::test {

/// Rules with every kind of trigger over those events.
extern const char* const kRandomRules;

std::vector<Line> random_events(uint64_t seed, size_t count);

}  // namespace duban::test
