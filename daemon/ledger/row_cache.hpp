// Rows of entities that were read or written lately, as bytes, kept across transactions: a hit saves two
// look-ups in B-trees (key and row), about a quarter of an event's cost. Rows are copied out, so that a later
// change here harms no reader. Bounded: four rows per set, the one not used for longest gives way.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace duban::ledger {

class RowCache {
 public:
  /// `rows`: how many at most, rounded up to a power of two.
  explicit RowCache(size_t rows);

  struct Row {
    int64_t id = 0;  // 0: none
    uint64_t hash = 0;
    uint64_t used = 0;
    std::string doc;
  };
  /// Null if it is not here. The row of a hash may be of another key with the same hash.
  const Row* by_hash(uint64_t hash);
  const Row* by_id(int64_t id);
  /// `hash`: of the row's kind and key.
  void put(int64_t id, uint64_t hash, std::string_view doc);
  /// After a rollback: what was written is not there.
  void clear();

 private:
  static constexpr size_t kWays = 4;
  /// Larger rows (with many parked events) are not kept.
  static constexpr size_t kLargestRow = 1024;
  using Set = std::array<Row, kWays>;
  Set& set_of(uint64_t hash) { return sets_[hash & (sets_.size() - 1)]; }
  uint64_t& hash_of(int64_t id) { return hash_of_[static_cast<size_t>(id) & (hash_of_.size() - 1)]; }

  std::vector<Set> sets_;
  std::vector<uint64_t> hash_of_;  // by id, one of several: a guess that by_id() checks
  uint64_t clock_ = 0;
};

}  // namespace duban::ledger
