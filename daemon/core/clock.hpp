// The one source of "now". Built in main() and handed down; core/clock.cpp is the only file that may ask the
// system for the time (tests/layout checks it).
#pragma once

#include <atomic>
#include <memory>

#include "core/time.hpp"

namespace duban {

class Clock {
 public:
  virtual ~Clock() = default;
  /// Any thread.
  virtual Instant now() const = 0;
  /// Time that only moves forward and is not set by anybody; for measuring intervals, never stored.
  virtual Duration monotonic() const = 0;
};

std::unique_ptr<Clock> make_system_clock();

/// Moves only when told to. Any thread.
class VirtualClock final : public Clock {
 public:
  explicit VirtualClock(Instant start) : now_(ms_of(start)) {}
  Instant now() const override { return instant_of_ms(now_.load()); }
  Duration monotonic() const override { return Duration{now_.load()}; }
  void set(Instant t) { now_.store(ms_of(t)); }

 private:
  std::atomic<int64_t> now_;
};

}  // namespace duban
