#include "rule/lints.hpp"

namespace duban::rule {

void lint(const std::vector<RulePlaces>&, const Loading&) {}

}  // namespace duban::rule
