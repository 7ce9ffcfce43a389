// Silences as stored, and which alerts say more than others.
#pragma once

#include <string_view>
#include <vector>

#include "ledger/database.hpp"
#include "ledger/rows.hpp"

namespace duban::ledger {

class Silences {
 public:
  explicit Silences(Database& database);

  /// Adds, or changes the end of, the silence of this id.
  void put(const Silence& silence);
  /// All that ever were, in order of id.
  std::vector<Silence> all();
  /// Those that are active at `t`, in order of id.
  std::vector<Silence> active(Instant t);

  /// While this alert (its sequence) is current, those with `key` wait.
  void add_inhibitor(uint64_t key, int64_t alert);
  /// The newest first.
  std::vector<int64_t> inhibitors(uint64_t key);
  void remove_inhibitor(uint64_t key, int64_t alert);

 private:
  std::vector<Silence> read(Statement& statement);

  Statement put_;
  Statement select_;
  Statement select_active_;
  Statement add_inhibitor_;
  Statement select_inhibitors_;
  Statement remove_inhibitor_;
};

}  // namespace duban::ledger
