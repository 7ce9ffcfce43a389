#include "ledger/outbox.hpp"

#include <algorithm>
#include <tuple>

#include "core/digest.hpp"
#include "ledger/dead_letter_json.hpp"

namespace duban::ledger {

namespace {

int64_t number_of(DeliveryState state) { return static_cast<int64_t>(state); }

DeliveryState state_of(int64_t number) {
  const bool known = number >= 0 && number <= number_of(DeliveryState::dropped);
  return known ? static_cast<DeliveryState>(number) : DeliveryState::rejected;
}

DeliveryState first_state(const Alert& alert) {
  return alert.recorded ? DeliveryState::recorded : alert.held ? DeliveryState::held : DeliveryState::pending;
}

}  // namespace

Outbox::Outbox(Database& database, Names& names, Tallies& tallies, Audit& audit)
    : database_(database),
      names_(names),
      tallies_(tallies),
      audit_(audit),
      alerts_(database, names, tallies),
      dead_letters_(database, names, tallies),
      insert_(database, "INSERT INTO delivery VALUES(NULL, ?1, ?2, ?3, ?4, ?5, ?6, 0, ?4, 0)",
              "writing a delivery"),
      select_last_(database, "SELECT max(id) FROM delivery", "reading the last delivery"),
      select_(database,
              "SELECT channel, alert, dead_letter, at, severity, attempts, next FROM delivery WHERE id = ?1",
              "reading a delivery"),
      select_status_(
          database,
          "SELECT channel, state, attempts, last_attempt, alert, dead_letter FROM delivery WHERE id = ?1",
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
          "reading an attempt") {}

int64_t Outbox::next_delivery_id() {
  Rows rows(select_last_);
  return (rows.next() ? select_last_.integer(0) : 0) + 1;
}

int64_t Outbox::add_delivery(std::string_view channel, const Alert& alert, int64_t dead_letter) {
  const DeliveryState state = first_state(alert);
  insert_.bind(1, static_cast<int64_t>(names_.intern(channel))).bind(2, alert.sequence).bind(3, dead_letter);
  insert_.bind(4, ms_of(alert.at)).bind(5, alert.severity).bind(6, number_of(state)).run();
  if (state == DeliveryState::pending) tallies_.add(Count::pending, 1);
  return insert_.last_row();
}

bool Outbox::raise(Alert& alert) {
  if (!alerts_.add(alert, next_delivery_id())) return false;
  for (const std::string& channel : alert.channels) add_delivery(channel, alert, 0);
  note(alert);
  return true;
}

/// The digest stands for the whole record, which is in the alert's own row.
void Outbox::note(const Alert& alert) {
  audit_.add("alert", alert.at, alert.id,
             AuditBody()
                 .text("rule", names_.text(alert.rule))
                 .text("stage", names_.text(alert.stage))
                 .texts("channels", alert.channels)
                 .text("state", name(first_state(alert)))
                 .text("sha256", to_hex(sha256(alert.json)))
                 .str());
}

void Outbox::note(const Receipt& receipt, const Status& delivery) {
  std::string subject;
  if (delivery.dead_letter != 0) {
    if (const auto letter = dead_letters_.get(delivery.dead_letter)) subject = dead_letter_key(*letter);
  } else {
    subject = alerts_.id_of(delivery.alert);
  }
  audit_.add("attempt", receipt.at, subject,
             AuditBody()
                 .text("channel", delivery.channel)
                 .text("state", name(receipt.state))
                 .text("answer", receipt.answer)
                 .number("latency_ms", receipt.latency_ms)
                 .str());
}

void Outbox::dead_letter(const DeadLetter& letter, std::string_view channel) {
  const int64_t sequence = dead_letters_.add(letter);
  if (sequence == 0 || channel.empty()) return;
  Alert none;
  none.at = letter.at;
  dead_letters_.set_delivery(sequence, add_delivery(channel, none, sequence));
}

std::optional<AlertRow> Outbox::row(int64_t sequence) {
  std::optional<AlertRow> row = alerts_.get(sequence);
  for (int64_t i = 0; row && i < row->deliveries; ++i) {
    if (auto found = status(row->first_delivery + i))
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
      settle_.bind(1, id).bind(2, number_of(DeliveryState::pending)).bind(3, int64_t{0});
      settle_.bind(4, ms_of(held->alert.at)).bind(5, int64_t{0}).run();
      tallies_.add(Count::pending, 1);
    } else {
      Receipt receipt;
      receipt.delivery = id;
      receipt.at = now;
      receipt.state = DeliveryState::dropped;
      receipt.answer = reason;
      settle(receipt, DeliveryState::held);
    }
  }
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
  for (int64_t id : ids) found.push_back(delivery(id));
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
                state_of(select_status_.integer(1)),
                static_cast<int32_t>(select_status_.integer(2)),
                select_status_.integer(3),
                select_status_.integer(4),
                select_status_.integer(5)};
}

void Outbox::settle(const Receipt& receipt) { settle(receipt, DeliveryState::pending); }

void Outbox::settle(const Receipt& receipt, DeliveryState only_from) {
  const std::optional<Status> before = status(receipt.delivery);
  if (!before) return;
  add_attempt_.bind(1, receipt.delivery).bind(2, before->last_attempt).bind(3, ms_of(receipt.at));
  add_attempt_.bind(4, number_of(receipt.state)).bind(5, ms_of(receipt.next)).bind(6, receipt.answer);
  add_attempt_.bind(7, receipt.latency_ms).run();
  const bool counts = before->state == only_from;
  const DeliveryState state = counts ? receipt.state : before->state;
  settle_.bind(1, receipt.delivery)
      .bind(2, number_of(state))
      .bind(3, int64_t{1})
      .bind(4, ms_of(receipt.next));
  settle_.bind(5, add_attempt_.last_row()).run();
  note(receipt, *before);
  if (!counts) return;
  if (only_from == DeliveryState::pending && state != DeliveryState::pending)
    tallies_.add(Count::pending, -1);
  if (state == DeliveryState::rejected) tallies_.add(Count::rejected, 1);
}

std::vector<Ledger::DeliveryStatus> Outbox::delivery_status(std::string_view alert) {
  std::vector<Ledger::DeliveryStatus> found;
  const std::optional<int64_t> sequence = alerts_.sequence_of(alert);
  const std::optional<AlertRow> row = sequence ? alerts_.get(*sequence) : std::nullopt;
  for (int64_t i = 0; row && i < row->deliveries; ++i)
    if (auto one = status(row->first_delivery + i))
      found.push_back({std::move(one->channel), one->state, one->attempts});
  return found;
}

std::vector<Ledger::Attempt> Outbox::attempts(std::string_view id) {
  int64_t first = 0;
  int64_t count = 0;
  if (const std::optional<int64_t> sequence = alerts_.sequence_of(id)) {
    const std::optional<AlertRow> found = alerts_.get(*sequence);
    first = found ? found->first_delivery : 0;
    count = found ? found->deliveries : 0;
  } else {
    first = dead_letters_.delivery_of(id);
    count = first != 0 ? 1 : 0;
  }
  std::vector<std::pair<int64_t, Ledger::Attempt>> found;
  for (int64_t delivery = first; delivery < first + count; ++delivery) {
    const std::optional<Status> last = status(delivery);
    for (int64_t at = last ? last->last_attempt : 0; at != 0;) {
      Rows rows(select_attempt_.bind(1, at));
      if (!rows.next()) break;
      Receipt receipt{delivery,
                      instant_of_ms(select_attempt_.integer(2)),
                      state_of(select_attempt_.integer(3)),
                      instant_of_ms(select_attempt_.integer(4)),
                      std::string(select_attempt_.text(5)),
                      static_cast<int32_t>(select_attempt_.integer(6))};
      found.emplace_back(at, Ledger::Attempt{last->channel, std::move(receipt)});
      at = select_attempt_.integer(1);
    }
  }
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<Ledger::Attempt> result;
  for (auto& [sequence, attempt] : found) result.push_back(std::move(attempt));
  return result;
}

}  // namespace duban::ledger
