// The libraries alone, doing the daemon's input and output without rules: what the daemon is compared with.
#pragma once

#include <cstddef>
#include <string>

namespace duban::bench {

/// Reads `count` events of a topic with one thread, sorted write-back per batch, only the earliest instant
/// indexed. Returns the seconds from the first record to the last commit. Throws if SQLite refuses.
double run_bare(const std::string& bootstrap, const char* topic, int partitions, size_t count,
                const std::string& path);

}  // namespace duban::bench
