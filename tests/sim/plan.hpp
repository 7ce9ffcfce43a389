// What a simulated world is and what happens in it: drawn from one seed, kept as lines of JSON, replayed
// exactly. A step needs no other one, so that any of them can be left out while a failure is shrunk.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace duban::sim {

using Json = nlohmann::ordered_json;

struct Step {
  int64_t at = 0;  // ms since the beginning
  std::string act;
  Json with;
};

struct Plan {
  Json world;  // seed, begin, days, shards, partitions, slices, wal_pages, rules
  std::vector<Step> steps;
};

/// Everything follows from the seed.
Plan draw(uint64_t seed);

/// The world on the first line, then a line for each step.
std::string to_text(const Plan& plan);
/// Throws std::runtime_error, or what the JSON reader throws, if the text is no plan.
Plan plan_of(const std::string& text);

}  // namespace duban::sim
