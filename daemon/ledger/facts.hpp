// Events without an entity, remembered for limits::kFactMemory to recognise their duplicates.
//
// Rows stand under the period (of that length) of their instant, so that a look-up asks two periods and old
// ones go away from the head of the table, a few at each commit.
#pragma once

#include <cstdint>

#include "ledger/database.hpp"
#include "ledger/ledger.hpp"

namespace duban::ledger {

class Facts {
 public:
  explicit Facts(Database& database);

  Ledger::Seen seen(uint64_t identity, uint64_t content, Instant at);
  /// Removes some of what is too old to matter at `now`. Before a commit.
  void prune(Instant now);
  void rolled_back() { oldest_ = committed_oldest_; }
  void committed() { committed_oldest_ = oldest_; }

 private:
  int64_t oldest_period();

  Statement select_;
  Statement write_;
  Statement select_oldest_;
  Statement remove_;
  int64_t oldest_;  // period of the oldest row, INT64_MAX if there is none
  int64_t committed_oldest_;
};

}  // namespace duban::ledger
