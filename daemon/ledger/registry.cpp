#include "ledger/registry.hpp"

#include <algorithm>

namespace duban::ledger {

namespace {

constexpr std::string_view kInstant = "instant";
constexpr std::string_view kConfiguration = "configuration";

}  // namespace

Registry::Registry(Database& database, Names& names)
    : names_(names),
      select_meta_(database, "SELECT name, value FROM meta", "reading the ledger's instant"),
      write_meta_(database, "INSERT OR REPLACE INTO meta VALUES(?1, ?2)", "storing the ledger's instant"),
      write_position_(database, "INSERT OR REPLACE INTO position VALUES(?1, ?2, ?3, ?4, ?5)",
                      "storing a position"),
      select_positions_(database, "SELECT topic, partition, next_offset, leader_epoch, cluster FROM position",
                        "reading the positions"),
      write_text_(database, "INSERT OR IGNORE INTO configuration VALUES(?1, ?2, ?3)",
                  "storing a configuration"),
      select_texts_(database, "SELECT name, text FROM configuration WHERE version = ?1 ORDER BY name",
                    "reading a configuration"),
      add_activation_(database, "INSERT INTO activation VALUES(NULL, ?1, ?2)", "activating a configuration"),
      add_ack_(database, "INSERT OR IGNORE INTO acknowledgement VALUES(?1, ?2, ?3, ?4)",
               "noting an acknowledgement"),
      select_acks_(database,
                   "SELECT at, person, origin FROM acknowledgement WHERE alert = ?1 ORDER BY at, person",
                   "reading acknowledgements") {
  refresh();
}

void Registry::refresh() {
  Rows rows(select_meta_);
  while (rows.next()) {
    if (select_meta_.text(0) == kInstant) now_.at = instant_of_ms(select_meta_.integer(1));
    if (select_meta_.text(0) == kConfiguration) now_.configuration = select_meta_.text(1);
  }
  committed_ = now_;
}

void Registry::set_instant(Instant t) { now_.at = std::max(now_.at, t); }

void Registry::store() {
  if (now_.at != committed_.at) write_meta_.bind(1, kInstant).bind(2, ms_of(now_.at)).run();
  if (now_.configuration != committed_.configuration)
    write_meta_.bind(1, kConfiguration).bind(2, now_.configuration).run();
}

std::vector<Position> Registry::positions() {
  std::vector<Position> found;
  Rows rows(select_positions_);
  while (rows.next()) {
    Position position;
    position.input.topic = names_.text(NameId{static_cast<int32_t>(select_positions_.integer(0))});
    position.input.partition = static_cast<int32_t>(select_positions_.integer(1));
    position.next_offset = select_positions_.integer(2);
    position.leader_epoch = static_cast<int32_t>(select_positions_.integer(3));
    position.cluster = select_positions_.text(4);
    found.push_back(std::move(position));
  }
  std::sort(found.begin(), found.end(),
            [](const Position& a, const Position& b) { return a.input < b.input; });
  return found;
}

void Registry::put(const Position& position) {
  write_position_.bind(1, static_cast<int64_t>(names_.intern(position.input.topic)));
  write_position_.bind(2, position.input.partition)
      .bind(3, position.next_offset)
      .bind(4, position.leader_epoch);
  write_position_.bind(5, position.cluster).run();
}

void Registry::activate(std::string_view version, const Texts& texts, Instant at) {
  for (const auto& [name, text] : texts) write_text_.bind(1, version).bind(2, name).bind(3, text).run();
  add_activation_.bind(1, version).bind(2, ms_of(at)).run();
  now_.configuration = version;
}

Texts Registry::configuration_texts(std::string_view version) {
  Texts found;
  Rows rows(select_texts_.bind(1, version));
  while (rows.next()) found.emplace_back(select_texts_.text(0), select_texts_.text(1));
  return found;
}

bool Registry::acknowledge(const Ledger::Acknowledgement& ack) {
  for (const Ledger::Acknowledgement& known : acknowledgements(ack.alert))
    if (known.by == ack.by) return false;
  add_ack_.bind(1, ack.alert).bind(2, ms_of(ack.at)).bind(3, ack.by).bind(4, ack.origin).run();
  return true;
}

std::vector<Ledger::Acknowledgement> Registry::acknowledgements(std::string_view alert) {
  std::vector<Ledger::Acknowledgement> found;
  Rows rows(select_acks_.bind(1, alert));
  while (rows.next()) {
    found.push_back({std::string(alert), std::string(select_acks_.text(1)),
                     instant_of_ms(select_acks_.integer(0)), std::string(select_acks_.text(2))});
  }
  return found;
}

}  // namespace duban::ledger
