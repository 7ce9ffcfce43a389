#include "delivery/backoff.hpp"

#include <algorithm>

namespace duban::delivery {

Duration Backoff::delay(int failures, Duration longest) {
  Duration whole = std::min(first_, longest);
  for (int i = 1; i < failures && whole < longest; ++i) whole = std::min(whole * 2, longest);
  const int64_t half = whole.count() / 2;
  const auto jitter = static_cast<int64_t>(random_() % static_cast<uint64_t>(whole.count() - half + 1));
  return Duration{half + jitter};
}

}  // namespace duban::delivery
