// What is legal and surely a mistake: warnings W001 and on. Private to rule/.
#pragma once

#include <vector>

#include "rule/reading.hpp"

namespace duban::rule {

/// A rule and where it stands in its file.
struct RulePlaces {
  const Rule* rule;
  yaml::Reader reader;
};

/// Looks at rules without errors, in order of id.
void lint(const std::vector<RulePlaces>& rules, const Loading& loading);

}  // namespace duban::rule
