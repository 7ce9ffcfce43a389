// How long to wait before the next attempt: doubling, with jitter, up to a bound.
#pragma once

#include <random>

#include "core/time.hpp"

namespace duban::delivery {

/// The same seed gives the same delays (std::mt19937_64 is fixed by the standard; no distribution of the
/// library is used, for those are not).
class Backoff {
 public:
  Backoff(Duration first, uint64_t seed) : first_(first), random_(seed) {}

  /// Before attempt `failures` + 1, for failures ≥ 1: between half and all of first * 2^(failures-1), never
  /// more than `longest`. The jitter keeps a burst that failed together from coming back together.
  Duration delay(int failures, Duration longest);

 private:
  Duration first_;
  std::mt19937_64 random_;
};

}  // namespace duban::delivery
