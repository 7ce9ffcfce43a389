// An event loop on a virtual clock: callbacks run in order of their instant, then of being scheduled.
#pragma once

#include <functional>
#include <map>
#include <utility>

#include "core/clock.hpp"
#include "delivery/dispatcher.hpp"

namespace duban::test {

class VirtualScheduler final : public delivery::Scheduler {
 public:
  explicit VirtualScheduler(Instant start = instant_of_ms(1'700'000'000'000)) : clock_(start) {}

  const Clock& clock() const { return clock_; }
  Instant now() const { return clock_.now(); }

  void after(Duration delay, std::function<void()> callback) override {
    queue_.emplace(std::pair{clock_.now() + std::max(delay, Duration{0}), sequence_++}, std::move(callback));
  }
  /// Runs everything up to `until`, also what is scheduled on the way; the clock then stands there.
  void run_until(Instant until) {
    while (!queue_.empty() && queue_.begin()->first.first <= until) {
      auto entry = queue_.extract(queue_.begin());
      clock_.set(entry.key().first);
      entry.mapped()();
    }
    clock_.set(until);
  }
  void run_for(Duration time) { run_until(now() + time); }
  /// Runs the next `steps` callbacks; false if there were fewer.
  bool run_steps(size_t steps) {
    for (; steps > 0 && !queue_.empty(); --steps) {
      auto entry = queue_.extract(queue_.begin());
      clock_.set(entry.key().first);
      entry.mapped()();
    }
    return steps == 0;
  }
  /// What a killed process leaves behind: nothing.
  void forget_everything() { queue_.clear(); }

 private:
  VirtualClock clock_;
  uint64_t sequence_ = 0;
  std::map<std::pair<Instant, uint64_t>, std::function<void()>> queue_;
};

}  // namespace duban::test
