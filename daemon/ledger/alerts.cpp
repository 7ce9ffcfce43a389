#include "ledger/outbox.hpp"
#include "ledger/slot.hpp"

namespace duban::ledger {

namespace {

enum AlertState : int64_t { kOut = 0, kHeld = 1, kRecorded = 2, kDropped = 3 };

}  // namespace

Alerts::Alerts(Database& database, Names& names, Tallies& tallies)
    : names_(names),
      tallies_(tallies),
      insert_(database, "INSERT INTO alert VALUES(NULL, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
              "writing an alert"),
      select_(database,
              "SELECT id, at, rule, stage, entity, severity, item, missed, state, first_delivery, "
              "deliveries, json "
              "FROM alert WHERE sequence = ?1",
              "reading an alert"),
      select_id_(database, "SELECT id FROM alert WHERE sequence = ?1", "looking up an alert"),
      select_held_(database, "SELECT sequence, item, at, missed FROM alert WHERE state = 1 ORDER BY sequence",
                   "listing held alerts"),
      set_state_(database, "UPDATE alert SET state = ?2 WHERE sequence = ?1", "releasing an alert"),
      select_key_(database, "SELECT alert FROM alert_key WHERE hash = ?1", "looking up an alert"),
      add_key_(database, "INSERT INTO alert_key VALUES(?1, ?2)", "writing an alert") {}

std::optional<int64_t> Alerts::find(std::string_view id, uint64_t& free_hash) {
  for (free_hash = hash64(id) & kHashMask;; free_hash = (free_hash + 1) & kHashMask) {
    Rows rows(select_key_.bind(1, static_cast<int64_t>(free_hash)));
    if (!rows.next()) return std::nullopt;
    const int64_t sequence = select_key_.integer(0);
    Rows same(select_id_.bind(1, sequence));
    if (same.next() && select_id_.text(0) == id) return sequence;
  }
}

std::optional<int64_t> Alerts::sequence_of(std::string_view id) {
  uint64_t ignored = 0;
  return find(id, ignored);
}

std::string Alerts::id_of(int64_t sequence) {
  Rows rows(select_id_.bind(1, sequence));
  return rows.next() ? std::string(select_id_.text(0)) : std::string();
}

bool Alerts::add(Alert& alert, int64_t first_delivery) {
  uint64_t hash = 0;
  if (find(alert.id, hash)) return false;
  const int64_t state = alert.recorded ? kRecorded : alert.held ? kHeld : kOut;
  insert_.bind(1, alert.id).bind(2, ms_of(alert.at)).bind(3, static_cast<int64_t>(alert.rule));
  insert_.bind(4, static_cast<int64_t>(alert.stage)).bind(5, static_cast<int64_t>(alert.entity));
  insert_.bind(6, alert.severity).bind(7, alert.item).bind(8, alert.missed).bind(9, state);
  insert_.bind(10, first_delivery)
      .bind(11, static_cast<int64_t>(alert.channels.size() + alert.notices.size()))
      .bind(12, alert.json)
      .run();
  alert.sequence = insert_.last_row();
  add_key_.bind(1, static_cast<int64_t>(hash)).bind(2, alert.sequence).run();
  tallies_.add(Count::alerts, 1);
  if (state == kHeld) tallies_.add(Count::held, 1);
  return true;
}

std::optional<AlertRow> Alerts::get(int64_t sequence) {
  Rows rows(select_.bind(1, sequence));
  if (!rows.next()) return std::nullopt;
  AlertRow row;
  Alert& alert = row.alert;
  alert.sequence = sequence;
  alert.id = select_.text(0);
  alert.at = instant_of_ms(select_.integer(1));
  alert.rule = NameId{static_cast<int32_t>(select_.integer(2))};
  alert.stage = NameId{static_cast<int32_t>(select_.integer(3))};
  alert.entity = EntityId{select_.integer(4)};
  alert.severity = static_cast<uint8_t>(select_.integer(5));
  alert.item = select_.text(6);
  alert.missed = static_cast<uint8_t>(select_.integer(7));
  alert.held = select_.integer(8) == kHeld;
  alert.recorded = select_.integer(8) == kRecorded;
  row.first_delivery = select_.integer(9);
  row.deliveries = select_.integer(10);
  alert.json = select_.text(11);
  return row;
}

std::vector<HeldAlert> Alerts::held() {
  Rows rows(select_held_);
  std::vector<HeldAlert> found;
  while (rows.next())
    found.push_back({select_held_.integer(0), std::string(select_held_.text(1)),
                     instant_of_ms(select_held_.integer(2)), static_cast<uint8_t>(select_held_.integer(3))});
  return found;
}

void Alerts::unhold(int64_t sequence, bool send) {
  set_state_.bind(1, sequence).bind(2, send ? kOut : kDropped).run();
  tallies_.add(Count::held, -1);
}

}  // namespace duban::ledger
