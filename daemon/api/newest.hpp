// Walks rows of all shards from the newest to the oldest, each shard's by falling sequence.
#pragma once

#include <algorithm>
#include <functional>
#include <vector>

#include "api/reader.hpp"
#include "core/time.hpp"

namespace duban::api {

/// `Row` has `sequence` and `at`.
template <typename Row>
class Newest {
 public:
  using Fetch = std::function<std::vector<Row>(ledger::Ledger&, int64_t before, size_t limit)>;

  /// `before`: one number per shard, as position() gave them; empty: from the newest on.
  Newest(Snapshots& snapshots, const std::vector<int64_t>& before, Fetch fetch)
      : snapshots_(snapshots), fetch_(std::move(fetch)), lanes_(snapshots.count()) {
    for (size_t shard = 0; shard < lanes_.size() && shard < before.size(); ++shard)
      lanes_[shard].before = before[shard];
  }

  /// The next row and its shard; null at the end. Valid until the next call.
  const Row* next(size_t& shard) {
    const Row* newest = nullptr;
    for (size_t i = 0; i < lanes_.size(); ++i)
      if (const Row* row = head(i); row != nullptr && (newest == nullptr || row->at > newest->at)) {
        newest = row;
        shard = i;
      }
    if (newest == nullptr) return nullptr;
    Lane& lane = lanes_[shard];
    lane.before = newest->sequence;
    current_ = std::move(lane.rows[lane.at++]);
    return &current_;
  }

  /// Where to go on after the row that next() gave last.
  std::vector<int64_t> position() const {
    std::vector<int64_t> numbers;
    for (const Lane& lane : lanes_) numbers.push_back(lane.before);
    return numbers;
  }

 private:
  static constexpr size_t kAtOnce = 200;
  struct Lane {
    int64_t before = INT64_MAX;
    std::vector<Row> rows;
    size_t at = 0;
    bool ended = false;
  };

  const Row* head(size_t shard) {
    Lane& lane = lanes_[shard];
    if (lane.at == lane.rows.size() && !lane.ended) {
      lane.rows = fetch_(snapshots_.ledger(shard), lane.before, kAtOnce);
      lane.at = 0;
      lane.ended = lane.rows.empty();
    }
    return lane.at < lane.rows.size() ? &lane.rows[lane.at] : nullptr;
  }

  Snapshots& snapshots_;
  Fetch fetch_;
  std::vector<Lane> lanes_;
  Row current_{};
};

}  // namespace duban::api
