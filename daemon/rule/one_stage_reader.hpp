// Reading one stage. Private to rule/.
#pragma once

#include <string>
#include <vector>

#include "rule/stage_reader.hpp"

namespace duban::rule {

/// `ids`: the stages of the same list, which `unless` may name.
Stage read_stage(const std::string& id, const Layered& keys, const std::vector<std::string>& ids,
                 const StageScope& scope);

}  // namespace duban::rule
