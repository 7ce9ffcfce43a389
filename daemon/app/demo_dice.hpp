// Chance from a seed, the same on every platform: the standard library's distributions are not.
#pragma once

#include <cstdint>
#include <random>
#include <span>
#include <vector>

namespace duban::app {

class Dice {
 public:
  explicit Dice(uint64_t seed) : engine_(seed) {}

  /// 0 … n-1; n > 0. The bias of the remainder is below 2^-40 for what is asked here.
  int below(int n) { return static_cast<int>(engine_() % static_cast<uint64_t>(n)); }
  int between(int low, int high) { return low + below(high - low + 1); }
  bool chance(int percent) { return below(100) < percent; }
  bool permille(int n) { return below(1'000) < n; }

  template <typename T>
  const T& pick(const std::vector<T>& from) {
    return from[below(static_cast<int>(from.size()))];
  }
  /// A position, with probability in proportion to its weight.
  int weighted(std::span<const int> weights) {
    int sum = 0;
    for (const int weight : weights) sum += weight;
    int rest = below(sum);
    for (size_t i = 0; i < weights.size(); ++i) {
      rest -= weights[i];
      if (rest < 0) return static_cast<int>(i);
    }
    return 0;
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace duban::app
