// Alerts, their deliveries, and what became of each attempt.
#pragma once

#include <array>
#include <initializer_list>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "ledger/audit.hpp"
#include "ledger/dead_letters.hpp"
#include "ledger/ledger.hpp"
#include "ledger/names.hpp"
#include "ledger/notices.hpp"
#include "ledger/tallies.hpp"

namespace duban::ledger {

/// It is still to be sent, by itself or in a leader's message.
inline bool waits(DeliveryState state) {
  return state == DeliveryState::pending || state == DeliveryState::gathered;
}

/// As stored; what is unknown needs a person.
inline DeliveryState delivery_state(int64_t number) {
  const bool known = number >= 0 && number <= static_cast<int64_t>(DeliveryState::withheld);
  return known ? static_cast<DeliveryState>(number) : DeliveryState::rejected;
}

/// What the deliveries of a new alert begin with.
inline DeliveryState first_state(const Alert& alert) {
  return alert.recorded ? DeliveryState::recorded : alert.held ? DeliveryState::held : DeliveryState::pending;
}

/// An alert as stored: its deliveries are consecutive rows.
struct AlertRow {
  Alert alert;
  int64_t first_delivery = 0;
  int64_t deliveries = 0;
};

class Alerts {
 public:
  Alerts(Database& database, Names& names, Tallies& tallies);

  /// Sets alert.sequence; `first_delivery` is the id that its first delivery will have. False if its id is
  /// taken.
  bool add(Alert& alert, int64_t first_delivery);
  std::optional<int64_t> sequence_of(std::string_view id);
  /// Empty if there is no such alert.
  std::string id_of(int64_t sequence);
  /// Without its channels.
  std::optional<AlertRow> get(int64_t sequence);
  std::vector<HeldAlert> held();
  /// A held alert goes out, or is dropped.
  void unhold(int64_t sequence, bool send);

 private:
  std::optional<int64_t> find(std::string_view id, uint64_t& free_hash);

  Names& names_;
  Tallies& tallies_;
  Statement insert_;
  Statement select_;
  Statement select_id_;
  Statement select_held_;
  Statement set_state_;
  Statement select_key_;
  Statement add_key_;
};

class Outbox {
 public:
  Outbox(Database& database, Names& names, Tallies& tallies, Audit& audit);

  bool raise(Alert& alert);
  void dead_letter(const DeadLetter& letter, std::string_view channel);
  std::optional<Alert> alert(std::string_view id);
  std::vector<HeldAlert> held() { return alerts_.held(); }
  /// `now`: the instant of the receipts of an alert that is dropped.
  void release(int64_t sequence, bool send, std::string_view reason, Instant now);

  std::vector<Delivery> deliverable(Instant now, const std::vector<ChannelRoom>& rooms,
                                    const std::set<int64_t>& in_flight);
  Instant next_delivery(Instant now, const std::vector<ChannelRoom>& rooms);
  std::vector<std::string> pending_channels();
  /// Notes the attempt. Only a pending delivery changes its state by it.
  void settle(const Receipt& receipt);
  /// Of the deliveries of an alert's id or a dead letter's position, in order.
  std::vector<Ledger::Attempt> attempts(std::string_view id);
  std::vector<DeadLetter> dead_letters(size_t limit) { return dead_letters_.newest(limit); }

  // ---- deliveries to people: what the engine decides about them (ledger/notices.hpp)
  Notices& notices() { return notices_; }
  /// The alert of a delivery to a person, without its channels.
  std::optional<Alert> alert_of(int64_t delivery);
  /// It goes on by the next channel of its plan, from `now` on; the reason is noted at both.
  void escalate(int64_t delivery, Instant now, const std::string& why);
  /// It does not: the reason is noted.
  void stay(int64_t delivery, Instant now, const std::string& why);
  /// It waits until `until`; the first time for this reason it is noted why.
  void defer(int64_t delivery, const std::string& reason, Instant until, Instant now, const std::string& why);
  /// A message waits for the end of quiet hours.
  void postpone(int64_t leader, Instant until);
  /// It is no longer current: it ends unsaid, with the reason as its receipt.
  void withhold(int64_t delivery, Instant now, const std::string& why);
  /// What waits for this reason is due again.
  void release_deferred(std::string_view reason, Instant now);
  std::vector<std::pair<std::string, Instant>> sent(const std::vector<SentWanted>& wanted);
  /// Deliveries that wait, by channel and severity.
  std::map<std::string, std::array<int64_t, 4>> waiting();

  struct Status {
    std::string channel;
    DeliveryState state = DeliveryState::pending;
    int32_t attempts = 0;
    int64_t last_attempt = 0;
    int64_t alert = 0;        // its sequence, or 0
    int64_t dead_letter = 0;  // its sequence, or 0
    uint8_t severity = 0;
    Instant next{};
  };
  std::optional<Status> status(int64_t delivery);
  std::optional<AlertRow> row(int64_t sequence);
  /// Without its channels.
  std::optional<AlertRow> bare(int64_t sequence) { return alerts_.get(sequence); }
  std::optional<DeadLetter> dead_letter(int64_t sequence) { return dead_letters_.get(sequence); }
  std::vector<Ledger::DeliveryStatus> delivery_status(std::string_view alert);

 private:
  int64_t next_delivery_id();
  int64_t add_delivery(std::string_view channel, const Alert& alert, int64_t dead_letter, Instant next);
  /// A delivery to a person by the channel of this step, gathered if it may go out.
  int64_t add_notice(const Notice& notice, size_t step, const Alert& alert);
  /// Notes an attempt; the state changes only if it was one of `from`. True if it did.
  bool settle(const Receipt& receipt, std::initializer_list<DeliveryState> from);
  void settle_notice(const Receipt& receipt);
  /// A held delivery goes out.
  void let_go(int64_t id, const Alert& alert, Instant now);
  /// From `t` on its alert may stay unacknowledged for as long as the next step says.
  void await_acknowledgement(int64_t delivery, Instant t);
  /// Nothing was sent: what was decided instead.
  void note_decision(int64_t delivery, Instant at, const std::string& what);
  void add_attempt(const Receipt& receipt, const Status& before);
  /// A commit that failed may have reached the disk all the same: then its receipts come a second time.
  bool is_noted(const Receipt& receipt, int64_t last_attempt);
  std::vector<int64_t> with_successors(int64_t first, int64_t count);
  void count_waiting(std::string_view channel, uint8_t severity, int64_t by);
  void carry(Delivery& delivery);
  /// Appends ids of the channel's pending deliveries, at most `room`.
  void pending(NameId channel, size_t room, Instant now, const std::set<int64_t>& in_flight,
               std::vector<int64_t>& found);
  /// The highest severity below `below` that a pending delivery of the channel has, or -1.
  int64_t next_severity(NameId channel, int64_t below);
  Delivery delivery(int64_t id);
  void note(const Alert& alert);
  void note(const Receipt& receipt, const Status& delivery);

  Database& database_;
  Names& names_;
  Tallies& tallies_;
  Audit& audit_;
  Alerts alerts_;
  DeadLetters dead_letters_;
  Notices notices_;
  Statement insert_;
  Statement select_last_;
  Statement select_;
  Statement select_status_;
  Statement select_severity_;
  Statement select_pending_;
  Statement select_next_;
  Statement select_channel_;
  Statement settle_;
  Statement add_attempt_;
  Statement select_attempt_;
  Statement select_sent_;
};

}  // namespace duban::ledger
