// Deliveries to people: gathered into messages, tried by one channel after the other, deferred and released.
//
// A delivery to a person is a row of `delivery` like any other, and a row here. What the same people are to
// hear by the same channel is one bundle: its first delivery leads it and stands in the queue for all, with
// the highest severity and the earliest instant among them; the others are `gathered` behind it. A message
// carries the leader and the most urgent of the others. It is sealed before it is sent: what comes meanwhile
// gets a leader of its own, so that after a crash the same goes out under the same key. When it failed, all
// wait for the next attempt together with what came, so overlapping bursts merge and do not multiply.
// Critical ones, digests, and what is deferred for one reason are bundles of their own.
//
// A delivery has an instant at which it goes on to the next channel of its plan: at once when it is rejected,
// or when nobody has acknowledged the alert in time. It then gets a successor, another row; both stay.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "ledger/database.hpp"
#include "ledger/names.hpp"
#include "ledger/plan.hpp"
#include "ledger/rows.hpp"

namespace duban::ledger {

/// The latency of a receipt of nothing that was sent: its answer says what was decided instead.
inline constexpr int32_t kDecision = -1;

struct NoticeRow {
  int64_t delivery = 0;
  std::string recipient;
  NameId plan{};
  size_t step = 0;
  uint64_t group = 0;
  uint8_t severity = 0;  // its own; the leader's row has the highest of its bundle
  int64_t bundle = 0;    // it leads this one; negative: one that is sealed
  int64_t leader = 0;    // it waits behind this one
  Instant escalate = kNever;
  int64_t successor = 0;
  std::string deferred;  // why it waits: a silence's id, or the id of the alert that says more

  bool is_sealed() const { return bundle < 0; }
};

class Notices {
 public:
  Notices(Database& database, Names& names);

  const Plan& plan(const NoticeRow& row);
  /// A delivery that was just written; gather() when it may go out.
  void add(int64_t delivery, const Notice& notice, size_t step, uint8_t severity);
  std::optional<NoticeRow> get(int64_t delivery);

  /// Puts a pending delivery into its bundle, as its leader or behind it.
  void gather(int64_t delivery);
  /// The leader, then those behind it, the most urgent first, at most `limit`.
  std::vector<NoticeRow> bundle_of(int64_t leader, size_t limit);
  /// Nothing more joins what this one leads, until it is settled or unsealed.
  void seal(int64_t leader);
  /// It was not delivered: what came meanwhile joins it, and what comes.
  void unseal(int64_t leader);
  /// Takes a delivery out of its bundle; what waited behind it gets another leader. Its own row stays
  /// pending, or what settling made of it.
  void leave(int64_t delivery);
  /// Leaves its bundle for one of those deferred for the same reason; due again at `until`. An empty reason
  /// brings it back.
  void defer(int64_t delivery, std::string_view reason, Instant until);
  void postpone(int64_t leader, Instant until);
  /// Those deferred for this reason.
  std::vector<int64_t> deferred(std::string_view reason, size_t limit);

  /// Those that go on to the next channel by `now`, the earliest first.
  std::vector<int64_t> to_escalate(Instant now, size_t limit);
  Instant next_escalation();
  /// When it goes on if nobody acknowledges; kNever: it does not.
  void set_escalation(int64_t delivery, Instant at);
  void set_successor(int64_t delivery, int64_t successor);

 private:
  struct Place {
    NameId channel{};
    uint8_t severity = 0;
    DeliveryState state = DeliveryState::pending;
    int64_t attempts = 0;
    Instant next{};
  };
  NoticeRow row(const Statement& statement) const;
  Place place(int64_t delivery);
  void put(int64_t delivery, int64_t bundle, int64_t leader);
  void queue(int64_t delivery, DeliveryState state, uint8_t severity, Instant next);
  int64_t bundle_key(const NoticeRow& row, NameId channel);
  void promote(int64_t old_leader, int64_t bundle);
  /// The leader of a bundle that is not sealed; 0: there is none.
  int64_t leader_of(int64_t bundle);
  void join(int64_t delivery, uint8_t severity, int64_t leader);

  Database& database_;
  Names& names_;
  std::map<NameId, Plan> plans_;  // of the few routes that there are
  Statement insert_;
  Statement select_;
  Statement select_leader_;
  Statement select_behind_;
  Statement select_earliest_;
  Statement select_deferred_;
  Statement select_escalations_;
  Statement select_next_escalation_;
  Statement select_place_;
  Statement set_place_;
  Statement seal_;
  Statement leave_;
  Statement repoint_;
  Statement set_queue_;
  Statement set_deferred_;
  Statement set_escalation_;
  Statement set_successor_;
};

}  // namespace duban::ledger
