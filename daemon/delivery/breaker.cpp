#include "delivery/breaker.hpp"

#include "core/limits.hpp"

namespace duban::delivery {

// Only the probe decides while stopped: an answer to what was under way before says nothing about now, and
// must not end a pause that the receiver asked for.
Breaker::Change Breaker::answered(bool probe) {
  if (stopped_ && !probe) return Change::none;
  const Change change = stopped_ ? Change::resumed : Change::none;
  *this = Breaker{};
  return change;
}

Breaker::Change Breaker::failed(bool probe, bool whole_channel) {
  if (stopped_) {
    if (probe) {
      probing_ = false;
      ++pauses_;
    }
    return Change::none;
  }
  ++failures_;
  if (!whole_channel && failures_ < limits::kFailuresToStop) return Change::none;
  stopped_ = true;
  pauses_ = 1;
  return Change::stopped;
}

}  // namespace duban::delivery
