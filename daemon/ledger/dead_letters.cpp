#include "ledger/dead_letters.hpp"

#include <charconv>

#include "ledger/bytes.hpp"
#include "ledger/dead_letter_json.hpp"
#include "ledger/ledger.hpp"

namespace duban::ledger {

namespace {

constexpr const char* kColumns = "topic, partition, offset, at, code, reason, key, payload, headers";

std::string select(const char* rest) {
  return "SELECT " + std::string(kColumns) + " FROM dead_letter " + rest;
}

}  // namespace

DeadLetters::DeadLetters(Database& database, Names& names, Tallies& tallies)
    : names_(names),
      tallies_(tallies),
      insert_(database,
              "INSERT OR IGNORE INTO dead_letter(topic, partition, offset, at, code, reason, key, payload, "
              "headers, "
              "delivery) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 0)",
              "writing a dead letter"),
      set_delivery_(database, "UPDATE dead_letter SET delivery = ?2 WHERE sequence = ?1",
                    "writing a dead letter"),
      select_(database, select("WHERE sequence = ?1").c_str(), "reading a dead letter"),
      select_newest_(database, select("ORDER BY sequence DESC LIMIT ?1").c_str(), "listing the dead letters"),
      select_delivery_(database,
                       "SELECT delivery FROM dead_letter WHERE topic = ?1 AND partition = ?2 AND offset = ?3",
                       "looking up a dead letter") {}

int64_t DeadLetters::add(const DeadLetter& letter) {
  Writer headers;
  headers.varint(letter.headers.size());
  for (const auto& [name, value] : letter.headers) {
    headers.text(name);
    headers.text(value);
  }
  insert_.bind(1, static_cast<int64_t>(names_.intern(letter.topic))).bind(2, letter.partition);
  insert_.bind(3, letter.offset).bind(4, ms_of(letter.at)).bind(5, letter.code).bind(6, letter.reason);
  insert_.bind_blob(7, letter.key).bind_blob(8, letter.payload).bind_blob(9, headers.bytes()).run();
  if (insert_.changes() == 0) return 0;
  tallies_.add(Count::dead_letters, 1);
  return insert_.last_row();
}

void DeadLetters::set_delivery(int64_t sequence, int64_t delivery) {
  set_delivery_.bind(1, sequence).bind(2, delivery).run();
}

DeadLetter DeadLetters::read(Statement& s) const {
  DeadLetter letter;
  letter.topic = names_.text(NameId{static_cast<int32_t>(s.integer(0))});
  letter.partition = static_cast<int32_t>(s.integer(1));
  letter.offset = s.integer(2);
  letter.at = instant_of_ms(s.integer(3));
  letter.code = s.text(4);
  letter.reason = s.text(5);
  letter.key = s.blob(6);
  letter.payload = s.blob(7);
  try {
    Reader in(s.blob(8));
    for (size_t n = in.count(2); n > 0; --n) {
      const std::string_view name = in.text();
      letter.headers.emplace_back(name, in.text());
    }
  } catch (const Damaged& why) {
    throw StorageError("reading dead letter " + dead_letter_key(letter) + ": its headers: " + why.reason +
                       "; the file is damaged, restore a copy");
  }
  return letter;
}

std::optional<DeadLetter> DeadLetters::get(int64_t sequence) {
  Rows rows(select_.bind(1, sequence));
  if (!rows.next()) return std::nullopt;
  return read(select_);
}

int64_t DeadLetters::delivery_of(std::string_view position) {
  const size_t second = position.rfind('/');
  if (second == std::string_view::npos || second == 0) return 0;
  const size_t first = position.rfind('/', second - 1);
  if (first == std::string_view::npos) return 0;
  int64_t partition = -1;
  int64_t offset = -1;
  std::from_chars(position.data() + first + 1, position.data() + second, partition);
  std::from_chars(position.data() + second + 1, position.data() + position.size(), offset);
  const auto topic = static_cast<int64_t>(names_.find(position.substr(0, first)));
  Rows rows(select_delivery_.bind(1, topic).bind(2, partition).bind(3, offset));
  return rows.next() ? select_delivery_.integer(0) : 0;
}

std::vector<DeadLetter> DeadLetters::newest(size_t limit) {
  Rows rows(select_newest_.bind(1, static_cast<int64_t>(limit)));
  std::vector<DeadLetter> letters;
  while (rows.next()) letters.push_back(read(select_newest_));
  return letters;
}

}  // namespace duban::ledger
