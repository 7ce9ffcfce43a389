#include "ledger/journal.hpp"

#include <algorithm>

namespace duban::ledger {

namespace {

std::string select(const char* rest) {
  return std::string(
             "SELECT sequence, at, kind, entity, previous, topic, partition, offset, body FROM journal ") +
         rest;
}

}  // namespace

Journal::Journal(Database& database, Names& names)
    : names_(names),
      insert_(database, "INSERT INTO journal VALUES(NULL, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
              "writing the journal"),
      select_(database, select("WHERE sequence = ?1").c_str(), "reading the journal"),
      scan_(database, select("WHERE sequence >= ?1 AND sequence < ?2 ORDER BY sequence").c_str(),
            "reading the journal"),
      insert_mark_(database, "INSERT OR IGNORE INTO journal_mark VALUES(?1, ?2, ?3, ?4)",
                   "writing the journal"),
      select_mark_(
          database,
          "SELECT a.sequence, (SELECT min(b.sequence) FROM journal_mark b WHERE b.topic = ?1 AND "
          "b.partition = ?2 AND b.offset > ?3) FROM journal_mark a WHERE a.topic = ?1 AND a.partition = ?2 "
          "AND a.offset <= ?3 ORDER BY a.offset DESC LIMIT 1",
          "looking up a record") {}

int64_t Journal::add(const JournalEntry& entry, int64_t previous) {
  const NameId topic = names_.intern(entry.topic);
  insert_.bind(1, ms_of(entry.at)).bind(2, static_cast<int64_t>(entry.kind));
  insert_.bind(3, static_cast<int64_t>(entry.entity)).bind(4, previous).bind(5, static_cast<int64_t>(topic));
  insert_.bind(6, entry.partition).bind(7, entry.offset).bind_blob(8, entry.body).run();
  const int64_t sequence = insert_.last_row();
  if (entry.kind == JournalKind::record)
    first_.try_emplace({topic, entry.partition}, Mark{entry.offset, sequence});
  return sequence;
}

JournalEntry Journal::read(Statement& s) const {
  JournalEntry entry;
  entry.sequence = s.integer(0);
  entry.at = instant_of_ms(s.integer(1));
  entry.kind = static_cast<JournalKind>(s.integer(2));
  entry.entity = EntityId{s.integer(3)};
  entry.topic = names_.text(NameId{static_cast<int32_t>(s.integer(5))});
  entry.partition = static_cast<int32_t>(s.integer(6));
  entry.offset = s.integer(7);
  entry.body = s.blob(8);
  return entry;
}

std::vector<JournalEntry> Journal::chain(int64_t last) {
  std::vector<JournalEntry> entries;
  while (last != 0) {
    Rows rows(select_.bind(1, last));
    if (!rows.next()) break;
    entries.push_back(read(select_));
    // Sequences only fall along a chain: a damaged row cannot make this go round.
    const int64_t previous = select_.integer(4);
    last = previous < last ? previous : 0;
  }
  std::reverse(entries.begin(), entries.end());
  return entries;
}

std::optional<JournalEntry> Journal::record_at(const event::Input& input, int64_t offset) {
  const NameId topic = names_.find(input.topic);
  int64_t from = INT64_MAX;
  int64_t to = INT64_MAX;
  {
    Rows rows(select_mark_.bind(1, static_cast<int64_t>(topic)).bind(2, input.partition).bind(3, offset));
    if (rows.next()) {
      from = select_mark_.integer(0);
      if (const int64_t next = select_mark_.integer(1); next != 0) to = next;
    }
  }
  // The open transaction has no marks in the table yet.
  const auto open = first_.find({topic, input.partition});
  if (open != first_.end() && open->second.offset <= offset) from = open->second.sequence, to = INT64_MAX;
  Rows rows(scan_.bind(1, from).bind(2, to));
  while (rows.next()) {
    if (scan_.integer(7) != offset || scan_.integer(6) != input.partition) continue;
    if (static_cast<JournalKind>(scan_.integer(2)) != JournalKind::record) continue;
    if (NameId{static_cast<int32_t>(scan_.integer(5))} == topic) return read(scan_);
  }
  return std::nullopt;
}

void Journal::store() {
  for (const auto& [input, mark] : first_) {
    insert_mark_.bind(1, static_cast<int64_t>(input.first)).bind(2, input.second);
    insert_mark_.bind(3, mark.offset).bind(4, mark.sequence).run();
  }
  first_.clear();
}

}  // namespace duban::ledger
