// Reads the `measures:` of rule files.
#pragma once

#include <vector>

#include "rule/measure.hpp"
#include "rule/reading.hpp"

namespace duban::rule {

/// All measures of all files, in order of file and line; wrong ones are reported and left out.
std::vector<Measure> read_measures(const std::vector<yaml::Reader>& files, const Loading& loading);

}  // namespace duban::rule
