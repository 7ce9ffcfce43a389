// The inputs of a shard in the order in which they were applied; only ever appended to.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "ledger/database.hpp"
#include "ledger/names.hpp"
#include "ledger/rows.hpp"

namespace duban::ledger {

class Journal {
 public:
  Journal(Database& database, Names& names);

  /// `previous`: the entry before this one of the same entity, 0 if it is the first. Returns the sequence.
  int64_t add(const JournalEntry& entry, int64_t previous);
  /// From `last` back along the entries of its entity; in order of sequence.
  std::vector<JournalEntry> chain(int64_t last);
  std::optional<JournalEntry> record_at(const event::Input& input, int64_t offset);

  /// Writes where the records of this transaction begin. Before the commit.
  void store();
  void forget() { first_.clear(); }

 private:
  struct Mark {
    int64_t offset = 0;
    int64_t sequence = 0;
  };
  JournalEntry read(Statement& statement) const;

  Names& names_;
  Statement insert_;
  Statement select_;
  Statement scan_;
  Statement insert_mark_;
  Statement select_mark_;
  std::map<std::pair<NameId, int32_t>, Mark> first_;  // of the open transaction, by input
};

}  // namespace duban::ledger
