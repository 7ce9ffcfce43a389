// What could not be applied, with its reason and its original bytes.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ledger/database.hpp"
#include "ledger/names.hpp"
#include "ledger/tallies.hpp"

namespace duban::ledger {

class DeadLetters {
 public:
  DeadLetters(Database& database, Names& names, Tallies& tallies);

  /// The new row's sequence; 0 if this position has one already.
  int64_t add(const DeadLetter& letter);
  void set_delivery(int64_t sequence, int64_t delivery);
  std::optional<DeadLetter> get(int64_t sequence);
  /// The delivery of "topic/partition/offset"; 0 if there is none.
  int64_t delivery_of(std::string_view position);
  /// Newest first.
  std::vector<DeadLetter> newest(size_t limit);

 private:
  DeadLetter read(Statement& statement) const;

  Names& names_;
  Tallies& tallies_;
  Statement insert_;
  Statement set_delivery_;
  Statement select_;
  Statement select_newest_;
  Statement select_delivery_;
};

}  // namespace duban::ledger
