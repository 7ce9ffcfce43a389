// A broker as a source of records: partitions that are appended to, may be out of reach, and forget.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "intake/source.hpp"
#include "sim_time.hpp"

namespace duban::sim {

/// Outlives every process that reads from it.
class Broker {
 public:
  struct Stored {
    Instant at{};
    std::string key;
    std::string payload;
    bool short_form = false;  // leaves out what live events must state
    event::Record record(const event::Input& input, int64_t offset) const;
  };
  struct Partition {
    event::Input input;
    std::deque<Stored> records;
    int64_t first = 0;  // what is before it was taken by retention
    int64_t end() const { return static_cast<int64_t>(records.size()); }
  };

  Broker(SimTime& time, size_t partitions, uint64_t seed);

  /// While it is out of reach producers keep what they have and repeat it later.
  void append(size_t partition, Stored what);
  void set_reachable(bool reachable);
  bool reachable() const { return reachable_; }
  /// Forgets all but the last `kept` records.
  void truncate(size_t partition, int64_t kept);

  const std::deque<Partition>& partitions() const { return partitions_; }
  /// A process connects; the one before it is gone.
  std::unique_ptr<intake::Source> connect();

 private:
  class Connection;
  struct Waiting {
    size_t partition;
    Stored what;
  };

  SimTime& time_;
  std::deque<Partition> partitions_;
  std::vector<Waiting> waiting_;
  std::mt19937_64 random_;
  bool reachable_ = true;
  Connection* connection_ = nullptr;
};

}  // namespace duban::sim
