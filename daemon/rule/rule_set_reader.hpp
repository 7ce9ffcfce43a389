// Reading all rule files together. Private to rule/.
#pragma once

#include <vector>

#include "rule/reading.hpp"

namespace duban::rule {

RuleSet read_rules(const std::vector<yaml::Reader>& files, const Loading& loading);

}  // namespace duban::rule
