// Reading one rule. Private to rule/.
#pragma once

#include <memory>

#include "rule/reading.hpp"
#include "rule/stage_reader.hpp"

namespace duban::rule {

/// Null if its subject is not known; with errors elsewhere an incomplete rule, for the checks that still can
/// be made.
std::unique_ptr<Rule> read_rule(const yaml::Reader& rule, const Loading& loading, Ladders& ladders);

}  // namespace duban::rule
