#include "ledger/facts.hpp"

#include <algorithm>

#include "core/limits.hpp"

namespace duban::ledger {

namespace {

constexpr int64_t kMemoryMs = std::chrono::duration_cast<Duration>(limits::kFactMemory).count();
/// Rows removed at a commit: more than a batch can add, so that the table stays bounded.
constexpr int64_t kPruneSlice = 2 * static_cast<int64_t>(limits::kBatchRecords);

int64_t period_of(Instant t) {
  const int64_t ms = ms_of(t);
  return ms >= 0 ? ms / kMemoryMs : -((-ms + kMemoryMs - 1) / kMemoryMs);
}

}  // namespace

Facts::Facts(Database& database)
    : select_(database, "SELECT content, at FROM fact WHERE period = ?1 AND identity = ?2",
              "looking up a fact"),
      write_(database, "INSERT OR REPLACE INTO fact VALUES(?1, ?2, ?3, ?4)", "writing a fact"),
      select_oldest_(database, "SELECT min(period) FROM fact", "looking for old facts"),
      remove_(database,
              "DELETE FROM fact WHERE (period, identity) IN "
              "(SELECT period, identity FROM fact WHERE period < ?1 ORDER BY period, identity LIMIT ?2)",
              "removing old facts"),
      oldest_(oldest_period()),
      committed_oldest_(oldest_) {}

int64_t Facts::oldest_period() {
  Rows rows(select_oldest_);
  return rows.next() && !select_oldest_.null(0) ? select_oldest_.integer(0) : INT64_MAX;
}

Ledger::Seen Facts::seen(uint64_t identity, uint64_t content, Instant at) {
  const int64_t period = period_of(at);
  for (int64_t p : {period, period - 1}) {
    Rows rows(select_.bind(1, p).bind(2, static_cast<int64_t>(identity)));
    if (!rows.next() || ms_of(at) - select_.integer(1) > kMemoryMs) continue;
    return static_cast<uint64_t>(select_.integer(0)) == content ? Ledger::Seen::same
                                                                : Ledger::Seen::other_content;
  }
  write_.bind(1, period).bind(2, static_cast<int64_t>(identity)).bind(3, static_cast<int64_t>(content));
  write_.bind(4, ms_of(at)).run();
  oldest_ = std::min(oldest_, period);
  return Ledger::Seen::no;
}

void Facts::prune(Instant now) {
  const int64_t keep_from = period_of(now) - 1;
  if (oldest_ >= keep_from) return;
  remove_.bind(1, keep_from).bind(2, kPruneSlice).run();
  if (remove_.changes() < kPruneSlice) oldest_ = oldest_period();
}

}  // namespace duban::ledger
