// One journal run in different ways: batches of any size, shards, restarts and failures between.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/engine.hpp"

namespace duban::test {

struct Line {
  Instant at{};
  std::string payload;  // short form of an event; anything else is refused
};

struct Run {
  size_t batch = SIZE_MAX;  // records of one apply()
  int shards = 1;
  std::string path = ":memory:";
  bool restarts = false;  // the ledger is closed and opened after each batch, the batch fed twice
  /// Called at each alert with its number; may throw.
  std::function<void(size_t)> on_alert;
};

/// The dump of each shard's ledger after `records` and every tick up to `end`.
std::vector<std::string> play(const std::shared_ptr<const rule::Configuration>& configuration,
                              const std::vector<Line>& records, Instant end, const Run& run);

/// The lines of dumps that begin with `word` ("alert", "dead letter"), with what is indented below them,
/// sorted.
std::vector<std::string> entries(const std::vector<std::string>& dumps, const std::string& word);

/// For the length of a test one transaction does only so much.
class SmallSlices {
 public:
  SmallSlices(size_t ticks, size_t subjects);
  ~SmallSlices();
};

}  // namespace duban::test
