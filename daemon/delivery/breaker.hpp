// Stops a channel whose receiver is away, so that it is probed and not hammered.
//
// Closed: everything may go. Stopped: one probe at a time, at growing intervals; the first that gets an
// answer (delivered or rejected: somebody is there) lets all flow again. Instants are of the monotonic clock.
#pragma once

#include <algorithm>
#include "core/time.hpp"

namespace duban::delivery {

class Breaker {
 public:
  enum class Change { none, stopped, resumed };

  bool stopped() const { return stopped_; }
  bool probing() const { return probing_; }
  /// When a stopped channel may be probed.
  Duration until() const { return until_; }
  /// Of how many failures in a row `until` is the pause, for the back-off; 0 while closed.
  int pauses() const { return pauses_; }

  bool admits(Duration now) const { return !stopped_ || (!probing_ && now >= until_); }
  /// A message goes out; true if it is the probe. Its outcome comes back with that.
  bool begin() { return probing_ = stopped_; }

  Change answered(bool probe);
  /// `whole_channel`: stop at once; else after limits::kFailuresToStop in a row.
  Change failed(bool probe, bool whole_channel);
  /// After failed(), while stopped: not before this.
  void pause(Duration until) { until_ = std::max(until_, until); }

 private:
  bool stopped_ = false;
  bool probing_ = false;
  int failures_ = 0;  // in a row
  int pauses_ = 0;
  Duration until_{0};
};

}  // namespace duban::delivery
