#include "ledger/browse.hpp"

namespace duban::ledger {

Browse::Browse(Database& database, Names& names)
    : names_(names),
      select_alerts_(database,
                     "SELECT sequence FROM alert WHERE sequence < ?1 ORDER BY sequence DESC LIMIT ?2",
                     "listing alerts"),
      select_dead_letters_(
          database, "SELECT sequence FROM dead_letter WHERE sequence < ?1 ORDER BY sequence DESC LIMIT ?2",
          "listing dead letters"),
      select_entities_(database, "SELECT id FROM entity WHERE id > ?1 ORDER BY id LIMIT ?2",
                       "listing entities"),
      select_members_(
          database, "SELECT entity FROM kind_member WHERE entity > ?1 AND kind = ?3 ORDER BY entity LIMIT ?2",
          "listing entities"),
      count_pending_(database,
                     "SELECT channel, count(*) FROM delivery INDEXED BY delivery_pending WHERE state = 0 "
                     "GROUP BY channel",
                     "counting deliveries") {}

std::vector<int64_t> Browse::list(Statement& statement) {
  std::vector<int64_t> found;
  Rows rows(statement);
  while (rows.next()) found.push_back(statement.integer(0));
  return found;
}

std::vector<int64_t> Browse::alerts_before(int64_t before, size_t limit) {
  return list(select_alerts_.bind(1, before).bind(2, static_cast<int64_t>(limit)));
}

std::vector<int64_t> Browse::dead_letters_before(int64_t before, size_t limit) {
  return list(select_dead_letters_.bind(1, before).bind(2, static_cast<int64_t>(limit)));
}

std::vector<EntityId> Browse::entities_after(std::string_view kind, int64_t after, size_t limit) {
  Statement& select = kind.empty() ? select_entities_ : select_members_;
  select.bind(1, after).bind(2, static_cast<int64_t>(limit));
  if (!kind.empty()) select.bind(3, static_cast<int64_t>(names_.find(kind)));
  std::vector<EntityId> found;
  for (const int64_t id : list(select)) found.push_back(EntityId{id});
  return found;
}

std::map<std::string, int64_t> Browse::pending() {
  std::map<std::string, int64_t> found;
  Rows rows(count_pending_);
  while (rows.next())
    found[names_.text(NameId{static_cast<int32_t>(count_pending_.integer(0))})] = count_pending_.integer(1);
  return found;
}

}  // namespace duban::ledger
