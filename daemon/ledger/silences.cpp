#include "ledger/silences.hpp"

namespace duban::ledger {

Silences::Silences(Database& database)
    : put_(database, "INSERT OR REPLACE INTO silence VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
           "storing a silence"),
      select_(database,
              "SELECT id, author, reason, condition, since, until, ended, ended_by FROM silence ORDER BY id",
              "reading the silences"),
      select_active_(database,
                     "SELECT id, author, reason, condition, since, until, ended, ended_by FROM silence "
                     "WHERE since <= ?1 AND until > ?1 AND ended > ?1 ORDER BY id",
                     "reading the silences"),
      add_inhibitor_(database, "INSERT OR IGNORE INTO inhibitor VALUES(?1, ?2)",
                     "noting what an alert inhibits"),
      select_inhibitors_(database, "SELECT alert FROM inhibitor WHERE key = ?1 ORDER BY alert DESC",
                         "looking for what inhibits an alert"),
      remove_inhibitor_(database, "DELETE FROM inhibitor WHERE key = ?1 AND alert = ?2",
                        "forgetting what an alert inhibits") {}

void Silences::put(const Silence& silence) {
  put_.bind(1, silence.id).bind(2, silence.author).bind(3, silence.reason).bind(4, silence.when);
  put_.bind(5, ms_of(silence.from)).bind(6, ms_of(silence.until)).bind(7, ms_of(silence.ended));
  put_.bind(8, silence.ended_by).run();
}

std::vector<Silence> Silences::read(Statement& statement) {
  std::vector<Silence> found;
  Rows rows(statement);
  while (rows.next()) {
    found.push_back({std::string(statement.text(0)), std::string(statement.text(1)),
                     std::string(statement.text(2)), std::string(statement.text(3)),
                     instant_of_ms(statement.integer(4)), instant_of_ms(statement.integer(5)),
                     instant_of_ms(statement.integer(6)), std::string(statement.text(7))});
  }
  return found;
}

std::vector<Silence> Silences::all() { return read(select_); }
std::vector<Silence> Silences::active(Instant t) { return read(select_active_.bind(1, ms_of(t))); }

void Silences::add_inhibitor(uint64_t key, int64_t alert) {
  add_inhibitor_.bind(1, static_cast<int64_t>(key)).bind(2, alert).run();
}

std::vector<int64_t> Silences::inhibitors(uint64_t key) {
  std::vector<int64_t> found;
  Rows rows(select_inhibitors_.bind(1, static_cast<int64_t>(key)));
  while (rows.next()) found.push_back(select_inhibitors_.integer(0));
  return found;
}

void Silences::remove_inhibitor(uint64_t key, int64_t alert) {
  remove_inhibitor_.bind(1, static_cast<int64_t>(key)).bind(2, alert).run();
}

}  // namespace duban::ledger
