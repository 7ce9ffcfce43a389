// How far a channel is with what waits for it: Dispatcher::progress(), for `duban status` and the metrics.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

#include "core/time.hpp"

namespace duban::delivery {

struct Progress {
  /// Deliveries that wait, by severity (notice, warning, serious, critical), as of the last look into the
  /// outboxes. A message may carry many.
  std::array<int64_t, 4> waiting{};
  uint64_t messages = 0;        // sent and taken, since the start
  uint64_t sent = 0;            // deliveries that they carried
  double per_minute = 0;        // deliveries in the last five minutes
  std::optional<Instant> ends;  // when nothing more waits, if it goes on like that; none: nothing waits, or
                                // nothing moves
};

/// Deliveries in the last minutes: of four whole ones and the present one.
class Rate {
 public:
  void add(Duration now, uint64_t count) {
    move_to(now);
    buckets_[index(minute_)] += count;
  }
  double per_minute(Duration now) {
    move_to(now);
    uint64_t sum = 0;
    for (const uint64_t bucket : buckets_) sum += bucket;
    const Duration whole = kMinute * (static_cast<int64_t>(buckets_.size()) - 1) + now % kMinute;
    const Duration seen = std::clamp(now - since_, kMinute, std::max(kMinute, whole));
    return static_cast<double>(sum) * static_cast<double>(kMinute.count()) /
           static_cast<double>(seen.count());
  }

 private:
  static constexpr Duration kMinute = std::chrono::minutes(1);
  size_t index(int64_t minute) const { return static_cast<size_t>(minute) % buckets_.size(); }
  void move_to(Duration now) {
    const int64_t minute = now / kMinute;
    if (minute_ < 0) since_ = now;
    if (minute_ < 0 || minute - minute_ >= static_cast<int64_t>(buckets_.size())) {
      buckets_.fill(0);
      minute_ = minute;
    }
    while (minute_ < minute) buckets_[index(++minute_)] = 0;
  }

  std::array<uint64_t, 5> buckets_{};
  int64_t minute_ = -1;
  Duration since_{0};
};

}  // namespace duban::delivery
