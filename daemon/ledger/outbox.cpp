#include "ledger/outbox.hpp"

#include <algorithm>
#include <tuple>

#include "ledger/dead_letter_json.hpp"

namespace duban::ledger {

namespace {

int64_t number_of(DeliveryState state) { return static_cast<int64_t>(state); }

}  // namespace

Outbox::Outbox(Database& database, Names& names, Tallies& tallies, Audit& audit)
    : database_(database),
      names_(names),
      tallies_(tallies),
      audit_(audit),
      alerts_(database, names, tallies),
      dead_letters_(database, names, tallies),
      notices_(database, names),
      insert_(database, "INSERT INTO delivery VALUES(NULL, ?1, ?2, ?3, ?4, ?5, ?6, 0, ?7, 0)",
              "writing a delivery"),
      select_last_(database, "SELECT max(id) FROM delivery", "reading the last delivery"),
      select_(database,
              "SELECT channel, alert, dead_letter, at, severity, attempts, next FROM delivery WHERE id = ?1",
              "reading a delivery"),
      select_status_(
          database,
          "SELECT channel, state, attempts, last_attempt, alert, dead_letter, severity, next FROM delivery "
          "WHERE id = ?1",
          "reading a delivery"),
      select_severity_(database,
                       "SELECT severity FROM delivery INDEXED BY delivery_pending "
                       "WHERE state = 0 AND channel = ?1 AND severity < ?2 ORDER BY severity DESC LIMIT 1",
                       "looking for deliveries"),
      select_pending_(database,
                      "SELECT id FROM delivery INDEXED BY delivery_pending "
                      "WHERE state = 0 AND channel = ?1 AND severity = ?2 AND next <= ?3 ORDER BY next, id",
                      "looking for deliveries"),
      select_next_(database,
                   "SELECT next FROM delivery INDEXED BY delivery_pending "
                   "WHERE state = 0 AND channel = ?1 AND severity = ?2 AND next > ?3 ORDER BY next LIMIT 1",
                   "looking for the next delivery"),
      select_channel_(database,
                      "SELECT channel FROM delivery INDEXED BY delivery_pending "
                      "WHERE state = 0 AND channel > ?1 ORDER BY channel LIMIT 1",
                      "listing channels"),
      settle_(database,
              "UPDATE delivery SET state = ?2, attempts = attempts + ?3, next = ?4, last_attempt = ?5 WHERE "
              "id = ?1",
              "settling a delivery"),
      add_attempt_(database, "INSERT INTO attempt VALUES(NULL, ?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                   "noting an attempt"),
      select_attempt_(
          database,
          "SELECT delivery, previous, at, state, next, answer, latency_ms FROM attempt WHERE sequence = ?1",
          "reading an attempt"),
      select_sent_(database,
                   "SELECT d.channel, a.at, a.latency_ms, a.answer, n.delivery FROM attempt a "
                   "JOIN delivery d ON d.id = a.delivery AND a.latency_ms >= 0 "
                   "LEFT JOIN notice n ON n.delivery = a.delivery ORDER BY a.sequence DESC LIMIT ?1",
                   "reading the last attempts") {}

int64_t Outbox::next_delivery_id() {
  Rows rows(select_last_);
  return (rows.next() ? select_last_.integer(0) : 0) + 1;
}

int64_t Outbox::add_delivery(std::string_view channel, const Alert& alert, int64_t dead_letter,
                             Instant next) {
  const DeliveryState state = first_state(alert);
  insert_.bind(1, static_cast<int64_t>(names_.intern(channel))).bind(2, alert.sequence).bind(3, dead_letter);
  insert_.bind(4, ms_of(alert.at))
      .bind(5, alert.severity)
      .bind(6, number_of(state))
      .bind(7, ms_of(next))
      .run();
  if (state == DeliveryState::pending) count_waiting(channel, alert.severity, 1);
  return insert_.last_row();
}

bool Outbox::raise(Alert& alert) {
  if (!alerts_.add(alert, next_delivery_id())) return false;
  for (const std::string& channel : alert.channels) add_delivery(channel, alert, 0, alert.at);
  for (const Notice& notice : alert.notices) add_notice(notice, 0, alert);
  note(alert);
  return true;
}

void Outbox::dead_letter(const DeadLetter& letter, std::string_view channel) {
  const int64_t sequence = dead_letters_.add(letter);
  if (sequence == 0 || channel.empty()) return;
  Alert none;
  none.at = letter.at;
  dead_letters_.set_delivery(sequence, add_delivery(channel, none, sequence, letter.at));
}

std::optional<AlertRow> Outbox::row(int64_t sequence) {
  std::optional<AlertRow> row = alerts_.get(sequence);
  for (int64_t i = 0; row && i < row->deliveries; ++i) {
    auto found = status(row->first_delivery + i);
    if (found && !notices_.get(row->first_delivery + i))
      row->alert.channels.push_back(std::move(found->channel));
  }
  return row;
}

std::optional<Alert> Outbox::alert(std::string_view id) {
  const std::optional<int64_t> sequence = alerts_.sequence_of(id);
  if (!sequence) return std::nullopt;
  std::optional<AlertRow> found = row(*sequence);
  return found ? std::optional(std::move(found->alert)) : std::nullopt;
}

void Outbox::release(int64_t sequence, bool send, std::string_view reason, Instant now) {
  const std::optional<AlertRow> held = alerts_.get(sequence);
  if (!held || !held->alert.held) return;
  alerts_.unhold(sequence, send);
  audit_.add("release", now, held->alert.id, AuditBody().boolean("sent", send).text("reason", reason).str());
  for (int64_t id = held->first_delivery; id < held->first_delivery + held->deliveries; ++id) {
    if (send) {
      let_go(id, held->alert, now);
    } else {
      Receipt receipt;
      receipt.delivery = id;
      receipt.at = now;
      receipt.state = DeliveryState::dropped;
      receipt.answer = reason;
      settle(receipt, {DeliveryState::held});
    }
  }
}

void Outbox::let_go(int64_t id, const Alert& alert, Instant now) {
  const std::optional<Status> held = status(id);
  if (!held) return;
  settle_.bind(1, id).bind(2, number_of(DeliveryState::pending)).bind(3, int64_t{0});
  settle_.bind(4, ms_of(held->next)).bind(5, int64_t{0}).run();
  count_waiting(held->channel, alert.severity, 1);
  await_acknowledgement(id, std::max(now, held->next));
  notices_.gather(id);
}

int64_t Outbox::next_severity(NameId channel, int64_t below) {
  Rows rows(select_severity_.bind(1, static_cast<int64_t>(channel)).bind(2, below));
  return rows.next() ? select_severity_.integer(0) : -1;
}

void Outbox::pending(NameId channel, size_t room, Instant now, const std::set<int64_t>& in_flight,
                     std::vector<int64_t>& found) {
  const size_t full = found.size() + room;
  int64_t severity = next_severity(channel, INT64_MAX);
  while (severity >= 0 && found.size() < full) {
    Rows rows(select_pending_.bind(1, static_cast<int64_t>(channel)).bind(2, severity).bind(3, ms_of(now)));
    while (found.size() < full && rows.next()) {
      const int64_t id = select_pending_.integer(0);
      if (!in_flight.contains(id)) found.push_back(id);
    }
    severity = next_severity(channel, severity);
  }
}

Delivery Outbox::delivery(int64_t id) {
  Rows rows(select_.bind(1, id));
  if (!rows.next()) {
    throw StorageError("ledger " + database_.path() + ": delivery " + std::to_string(id) +
                       " is in the index of pending ones, its row is not there; restore a copy of the file");
  }
  Delivery delivery;
  delivery.id = id;
  delivery.channel = names_.text(NameId{static_cast<int32_t>(select_.integer(0))});
  delivery.at = instant_of_ms(select_.integer(3));
  delivery.severity = static_cast<uint8_t>(select_.integer(4));
  delivery.attempts = static_cast<int32_t>(select_.integer(5));
  delivery.next = instant_of_ms(select_.integer(6));
  if (const int64_t sequence = select_.integer(2); sequence != 0) {
    if (const std::optional<DeadLetter> letter = dead_letters_.get(sequence)) {
      delivery.alert = dead_letter_key(*letter);
      delivery.body = dead_letter_json(*letter);
    }
  } else if (std::optional<AlertRow> row = alerts_.get(select_.integer(1))) {
    delivery.alert = std::move(row->alert.id);
    delivery.body = std::move(row->alert.json);
  }
  return delivery;
}

std::vector<Delivery> Outbox::deliverable(Instant now, const std::vector<ChannelRoom>& rooms,
                                          const std::set<int64_t>& in_flight) {
  std::vector<int64_t> ids;
  for (const ChannelRoom& room : rooms) pending(names_.find(room.channel), room.room, now, in_flight, ids);
  std::vector<Delivery> found;
  for (int64_t id : ids) {
    found.push_back(delivery(id));
    carry(found.back());
  }
  std::sort(found.begin(), found.end(), [](const Delivery& a, const Delivery& b) {
    return std::tuple(-int{a.severity}, a.next, a.id) < std::tuple(-int{b.severity}, b.next, b.id);
  });
  return found;
}

Instant Outbox::next_delivery(Instant now, const std::vector<ChannelRoom>& rooms) {
  Instant next = kNever;
  for (const ChannelRoom& room : rooms) {
    const NameId channel = names_.find(room.channel);
    int64_t severity = next_severity(channel, INT64_MAX);
    for (; severity >= 0; severity = next_severity(channel, severity)) {
      Rows rows(select_next_.bind(1, static_cast<int64_t>(channel)).bind(2, severity).bind(3, ms_of(now)));
      if (rows.next()) next = std::min(next, instant_of_ms(select_next_.integer(0)));
    }
  }
  return next;
}

std::vector<std::string> Outbox::pending_channels() {
  std::vector<std::string> found;
  for (int64_t last = INT64_MIN;;) {
    Rows rows(select_channel_.bind(1, last));
    if (!rows.next()) return found;
    last = select_channel_.integer(0);
    found.push_back(names_.text(NameId{static_cast<int32_t>(last)}));
  }
}

std::optional<Outbox::Status> Outbox::status(int64_t delivery) {
  Rows rows(select_status_.bind(1, delivery));
  if (!rows.next()) return std::nullopt;
  return Status{names_.text(NameId{static_cast<int32_t>(select_status_.integer(0))}),
                delivery_state(select_status_.integer(1)),
                static_cast<int32_t>(select_status_.integer(2)),
                select_status_.integer(3),
                select_status_.integer(4),
                select_status_.integer(5),
                static_cast<uint8_t>(select_status_.integer(6)),
                instant_of_ms(select_status_.integer(7))};
}

void Outbox::settle(const Receipt& receipt) {
  if (notices_.get(receipt.delivery)) return settle_notice(receipt);
  settle(receipt, {DeliveryState::pending});
}

/// Into the delivery's chain of attempts, and into the audit log.
void Outbox::add_attempt(const Receipt& receipt, const Status& before) {
  note(receipt, before);
  add_attempt_.bind(1, receipt.delivery).bind(2, before.last_attempt).bind(3, ms_of(receipt.at));
  add_attempt_.bind(4, number_of(receipt.state)).bind(5, ms_of(receipt.next)).bind(6, receipt.answer);
  add_attempt_.bind(7, receipt.latency_ms).run();
}

bool Outbox::settle(const Receipt& receipt, std::initializer_list<DeliveryState> from) {
  const std::optional<Status> before = status(receipt.delivery);
  if (!before || is_noted(receipt, before->last_attempt)) return false;
  add_attempt(receipt, *before);
  const bool counts = std::find(from.begin(), from.end(), before->state) != from.end();
  // What waits behind a leader goes on doing so when the message failed.
  const bool again = receipt.state == DeliveryState::pending;
  const DeliveryState state = counts && !(again && waits(before->state)) ? receipt.state : before->state;
  const Instant next = again && before->state == DeliveryState::gathered ? before->next : receipt.next;
  settle_.bind(1, receipt.delivery).bind(2, number_of(state)).bind(3, int64_t{1}).bind(4, ms_of(next));
  settle_.bind(5, add_attempt_.last_row()).run();
  if (!counts) return false;
  if (waits(before->state) && !waits(state)) {
    const auto notice = notices_.get(receipt.delivery);
    count_waiting(before->channel, notice ? notice->severity : before->severity, -1);
  }
  if (state == DeliveryState::rejected) tallies_.add(Count::rejected, 1);
  return true;
}

}  // namespace duban::ledger
