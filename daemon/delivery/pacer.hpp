// Keeps the limits of a channel's service: at most so many messages within so long, whatever happens.
//
// A message counts from when it is sent until the service's period after its answer: the service counts it
// somewhere in between, so its limit holds exactly. A fifth of every limit is kept for critical messages. At
// full and half hours, when everybody's reminders fall due and services refuse with their own overload, all
// but critical messages wait some seconds, at each such hour and for each channel others (from the seed).
// Times are of the monotonic clock; on the event loop's thread.
//
// What was sent before this process, or before a reload made a limit longer, the outboxes know: the
// dispatcher asks them, and nothing is sent until all have answered.
#pragma once

#include <algorithm>
#include <deque>
#include <string>
#include <vector>

#include "core/time.hpp"
#include "delivery/channel.hpp"

namespace duban::delivery {

class Pacer {
 public:
  Pacer(std::vector<Pace> paces, uint64_t seed, Duration now)
      : paces_(std::move(paces)), seed_(seed), knows_from_(now) {}

  /// After a reload; what was sent still counts. True if it has to know of a longer time than before.
  bool set(std::vector<Pace> paces, Duration now);
  bool limited() const { return !paces_.empty(); }
  Duration longest() const;
  /// So many messages at most matter.
  size_t most() const;
  /// From when on all that was sent is known here.
  Duration knows_from() const { return knows_from_; }
  /// An outbox is being asked; it has answered, all that it knew is remembered.
  void wait_for_memory() { ++asked_; }
  void has_memory() { --asked_; }
  /// Messages per minute that the limits allow in the long run; 0: they do not limit.
  double per_minute() const;

  /// From when on one more may be sent: not after `now` if it may; Duration::max() if an answer must come
  /// first.
  Duration free_at(Duration now, Instant wall, bool critical) const;
  void sent() { ++under_way_; }
  void answered(Duration now);
  /// Answered, or perhaps answered, before.
  void remember(Duration at);

 private:
  Duration free_at(const Pace& pace, Duration now, bool critical) const;

  std::vector<Pace> paces_;
  uint64_t seed_;
  Duration knows_from_;
  size_t asked_ = 0;  // outboxes
  size_t under_way_ = 0;
  std::deque<Duration> answers_;  // within the longest period, in order
};

}  // namespace duban::delivery
