// What must have been said, when and to whom: from the records as they stand in the broker and the rules of
// the plan, a subject at a time, a fact at a time. It knows nothing of the daemon's code but the calendar's
// days.
#pragma once

#include <string>
#include <vector>

#include "core/time.hpp"
#include "plan.hpp"

namespace duban::sim {

struct Fact {
  Instant at{};
  std::string payload;
};

struct Said {
  Instant at{};
  std::string rule, subject, stage;
  std::vector<std::string> to;
  auto operator<=>(const Said&) const = default;
};

/// Everything that is due up to `until`, in order. `facts` in the order in which they happened.
std::vector<Said> what_must_be_said(const Json& rules, const std::vector<Fact>& facts, Instant until);

}  // namespace duban::sim
