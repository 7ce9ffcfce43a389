// Reading `done_by`: the evidence that fulfils an item, and the index that finds the items it is for.
// Private to rule/.
#pragma once

#include <optional>

#include "rule/reading.hpp"

namespace duban::rule {

std::optional<DoneBy> read_done_by(const yaml::Reader& done_by, const Loading& loading, const View& view);

}  // namespace duban::rule
