// Lists for people who look around: alerts and dead letters newest first, entities in order of id.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "ledger/database.hpp"
#include "ledger/names.hpp"
#include "ledger/rows.hpp"

namespace duban::ledger {

class Browse {
 public:
  Browse(Database& database, Names& names);

  /// Sequences below `before`, highest first.
  std::vector<int64_t> alerts_before(int64_t before, size_t limit);
  std::vector<int64_t> dead_letters_before(int64_t before, size_t limit);
  /// Ids above `after`, in order; of one kind unless it is empty.
  std::vector<EntityId> entities_after(std::string_view kind, int64_t after, size_t limit);
  /// Deliveries that wait, by channel.
  std::map<std::string, int64_t> pending();

 private:
  static std::vector<int64_t> list(Statement& statement);

  Names& names_;
  Statement select_alerts_;
  Statement select_dead_letters_;
  Statement select_entities_;
  Statement select_members_;
  Statement count_pending_;
};

}  // namespace duban::ledger
