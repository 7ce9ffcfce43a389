// Events for benchmarks: hazards of one district in the proportions of real life, the same for the same seed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/time.hpp"

namespace duban::bench {

struct BenchEvent {
  Instant at{};
  std::string key;   // the hazard's id
  std::string json;  // a CloudEvent in structured mode, about 400 bytes, Chinese text
};

/// `count` events of `hazards` hazards in order of instant: reports, then orders, progress, extensions,
/// rectifications and re-inspections at random, spread over `span` from `from` on. Due dates lie beyond the
/// span.
std::vector<BenchEvent> bench_events(size_t count, size_t hazards, Instant from, Duration span,
                                     uint64_t seed);

}  // namespace duban::bench
