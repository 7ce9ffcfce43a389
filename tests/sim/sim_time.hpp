// The time of a simulated world: the daemon's clock, which may be set, and its timers, which may not.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <utility>

#include "core/clock.hpp"
#include "delivery/dispatcher.hpp"

namespace duban::sim {

class SimTime final : public Clock, public delivery::Scheduler {
 public:
  explicit SimTime(Instant start) : true_(start) {}

  /// What the daemon's clock shows.
  Instant now() const override { return true_ + skew_; }
  Duration monotonic() const override { return true_.time_since_epoch(); }
  Instant true_now() const { return true_; }
  void set_skew(Duration skew) { skew_ = skew; }

  void after(Duration delay, std::function<void()> callback) override {
    queue_.emplace(std::pair{true_ + std::max(delay, Duration{0}), sequence_++}, std::move(callback));
  }
  Instant next() const { return queue_.empty() ? kNever : queue_.begin()->first.first; }
  void run_next() {
    auto entry = queue_.extract(queue_.begin());
    true_ = std::max(true_, entry.key().first);
    entry.mapped()();
  }
  void advance(Instant t) { true_ = std::max(true_, t); }
  /// What a process that dies leaves behind: nothing.
  void forget_timers() { queue_.clear(); }

 private:
  Instant true_;
  Duration skew_{0};
  uint64_t sequence_ = 0;
  std::map<std::pair<Instant, uint64_t>, std::function<void()>> queue_;
};

}  // namespace duban::sim
