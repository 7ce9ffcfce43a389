#include "ledger/notices.hpp"

#include <algorithm>

#include "core/hash.hpp"
#include "ledger/ledger.hpp"

namespace duban::ledger {
namespace {

#define DUBAN_NOTICE_COLUMNS                                                                           \
  "n.delivery, n.recipient, n.plan, n.step, n.gathering, n.severity, n.bundle, n.leader, n.escalate, " \
  "n.successor, n.deferred"

/// 3 is critical (rule/level.hpp); it waits for nothing that is less urgent.
constexpr uint8_t kCritical = 3;

int64_t number_of(DeliveryState state) { return static_cast<int64_t>(state); }
int64_t stored(Instant t) { return t == kNever ? 0 : ms_of(t); }

}  // namespace

Notices::Notices(Database& database, Names& names)
    : database_(database),
      names_(names),
      insert_(database, "INSERT INTO notice VALUES(?1, ?2, ?3, ?4, ?5, ?6, 0, 0, ?7, 0, '')",
              "writing a notice"),
      select_(database, "SELECT " DUBAN_NOTICE_COLUMNS " FROM notice n WHERE n.delivery = ?1",
              "reading a notice"),
      select_leader_(database, "SELECT delivery FROM notice WHERE bundle = ?1 AND bundle <> 0",
                     "looking for a message"),
      select_behind_(
          database,
          "SELECT " DUBAN_NOTICE_COLUMNS
          " FROM notice n INDEXED BY notice_leader JOIN delivery d ON d.id = n.delivery "
          "WHERE n.leader = ?1 AND n.leader <> 0 ORDER BY n.severity DESC, d.at, n.delivery LIMIT ?2",
          "reading a message"),
      select_earliest_(database,
                       "SELECT min(d.next) FROM notice n INDEXED BY notice_leader JOIN delivery d ON d.id = "
                       "n.delivery WHERE n.leader = ?1 AND n.leader <> 0",
                       "reading a message"),
      select_deferred_(database,
                       "SELECT delivery FROM notice WHERE deferred = ?1 AND deferred <> '' ORDER BY delivery "
                       "LIMIT ?2",
                       "looking for deferred notices"),
      select_escalations_(database,
                          "SELECT delivery FROM notice WHERE escalate <> 0 AND escalate <= ?1 "
                          "ORDER BY escalate, delivery LIMIT ?2",
                          "looking for notices to escalate"),
      select_next_escalation_(database,
                              "SELECT escalate FROM notice WHERE escalate <> 0 ORDER BY escalate LIMIT 1",
                              "looking for notices to escalate"),
      select_place_(database, "SELECT channel, severity, state, attempts, next FROM delivery WHERE id = ?1",
                    "reading a delivery"),
      set_place_(database, "UPDATE notice SET bundle = ?2, leader = ?3 WHERE delivery = ?1",
                 "gathering a notice"),
      seal_(database, "UPDATE notice SET bundle = -delivery WHERE delivery = ?1 AND bundle > 0",
            "sealing a message"),
      leave_(database, "UPDATE notice SET bundle = 0, leader = 0, deferred = '' WHERE delivery = ?1",
             "settling a notice"),
      repoint_(database, "UPDATE notice SET leader = ?2 WHERE leader = ?1 AND leader <> 0",
               "gathering notices"),
      set_queue_(database, "UPDATE delivery SET state = ?2, severity = ?3, next = ?4 WHERE id = ?1",
                 "queueing a notice"),
      set_deferred_(database, "UPDATE notice SET deferred = ?2 WHERE delivery = ?1", "deferring a notice"),
      set_escalation_(database, "UPDATE notice SET escalate = ?2 WHERE delivery = ?1", "escalating a notice"),
      set_successor_(database, "UPDATE notice SET successor = ?2, escalate = 0 WHERE delivery = ?1",
                     "escalating a notice") {}

const Plan& Notices::plan(const NoticeRow& row) {
  const auto known = plans_.find(row.plan);
  if (known != plans_.end()) return known->second;
  return plans_.emplace(row.plan, Plan::parse(names_.text(row.plan))).first->second;
}

void Notices::add(int64_t delivery, const Notice& notice, size_t step, uint8_t severity) {
  NoticeRow row;
  row.plan = names_.intern(notice.plan);
  const Plan& how = plan(row);
  const bool goes_on = step + 1 < how.steps.size() && how.steps[step + 1].after > Duration{0};
  insert_.bind(1, delivery).bind(2, notice.recipient).bind(3, static_cast<int64_t>(row.plan));
  insert_.bind(4, static_cast<int64_t>(step)).bind(5, static_cast<int64_t>(notice.group)).bind(6, severity);
  insert_.bind(7, goes_on ? ms_of(notice.due + how.steps[step + 1].after) : 0).run();
}

NoticeRow Notices::row(const Statement& statement) const {
  NoticeRow row;
  row.delivery = statement.integer(0);
  row.recipient = statement.text(1);
  row.plan = NameId{static_cast<int32_t>(statement.integer(2))};
  row.step = static_cast<size_t>(statement.integer(3));
  row.group = static_cast<uint64_t>(statement.integer(4));
  row.severity = static_cast<uint8_t>(statement.integer(5));
  row.bundle = statement.integer(6);
  row.leader = statement.integer(7);
  row.escalate = statement.integer(8) == 0 ? kNever : instant_of_ms(statement.integer(8));
  row.successor = statement.integer(9);
  row.deferred = statement.text(10);
  return row;
}

std::optional<NoticeRow> Notices::get(int64_t delivery) {
  Rows rows(select_.bind(1, delivery));
  return rows.next() ? std::optional(row(select_)) : std::nullopt;
}

Notices::Place Notices::place(int64_t delivery) {
  Rows rows(select_place_.bind(1, delivery));
  if (!rows.next())
    throw StorageError("ledger " + database_.path() + ": notice " + std::to_string(delivery) +
                       " has no delivery, expected one of the same number; restore a copy of the file");
  return {NameId{static_cast<int32_t>(select_place_.integer(0))},
          static_cast<uint8_t>(select_place_.integer(1)),
          static_cast<DeliveryState>(select_place_.integer(2)), select_place_.integer(3),
          instant_of_ms(select_place_.integer(4))};
}

void Notices::put(int64_t delivery, int64_t bundle, int64_t leader) {
  set_place_.bind(1, delivery).bind(2, bundle).bind(3, leader).run();
}

void Notices::queue(int64_t delivery, DeliveryState state, uint8_t severity, Instant next) {
  set_queue_.bind(1, delivery).bind(2, number_of(state)).bind(3, severity).bind(4, ms_of(next)).run();
}

int64_t Notices::bundle_key(const NoticeRow& notice, NameId channel) {
  const Plan& how = plan(notice);
  std::string text = std::to_string(static_cast<int64_t>(channel)) + ' ' + std::to_string(notice.group) + ' ';
  if (notice.severity >= kCritical) {
    text += "critical";
  } else {
    Plan when;
    when.quiet = how.quiet;
    when.digest = how.digest;
    text += when.text();
  }
  if (!notice.deferred.empty()) text += " deferred " + notice.deferred;
  return static_cast<int64_t>(hash64(text) >> 1 | 1);
}

void Notices::gather(int64_t delivery) {
  const std::optional<NoticeRow> notice = get(delivery);
  if (!notice || notice->bundle != 0 || notice->leader != 0) return;
  const int64_t bundle = bundle_key(*notice, place(delivery).channel);
  const int64_t leader = leader_of(bundle);
  if (leader == 0) return put(delivery, bundle, 0);
  join(delivery, notice->severity, leader);
}

int64_t Notices::leader_of(int64_t bundle) {
  Rows rows(select_leader_.bind(1, bundle));
  return rows.next() ? select_leader_.integer(0) : 0;
}

/// Puts a delivery, and what is behind it, behind a leader.
void Notices::join(int64_t delivery, uint8_t severity, int64_t leader) {
  const Place own = place(delivery);
  repoint_.bind(1, delivery).bind(2, leader).run();
  put(delivery, 0, leader);
  queue(delivery, DeliveryState::gathered, severity, own.next);
  const Place first = place(leader);
  // A message that failed keeps its pause, whatever comes meanwhile.
  const Instant next = first.attempts > 0 ? first.next : std::min(first.next, own.next);
  const uint8_t highest = std::max(first.severity, own.severity);
  if (next != first.next || highest != first.severity) queue(leader, first.state, highest, next);
}

void Notices::seal(int64_t leader) { seal_.bind(1, leader).run(); }

void Notices::unseal(int64_t leader) {
  const std::optional<NoticeRow> notice = get(leader);
  if (!notice || !notice->is_sealed()) return;
  const int64_t bundle = bundle_key(*notice, place(leader).channel);
  const int64_t meanwhile = leader_of(bundle);
  if (meanwhile != 0) join(meanwhile, get(meanwhile)->severity, leader);
  put(leader, bundle, 0);
}

std::vector<NoticeRow> Notices::bundle_of(int64_t leader, size_t limit) {
  std::vector<NoticeRow> found;
  if (auto first = get(leader)) found.push_back(std::move(*first));
  if (found.empty() || limit <= 1) return found;
  Rows rows(select_behind_.bind(1, leader).bind(2, static_cast<int64_t>(limit - 1)));
  while (rows.next()) found.push_back(row(select_behind_));
  return found;
}

void Notices::promote(int64_t old_leader, int64_t bundle) {
  const std::vector<NoticeRow> behind = bundle_of(old_leader, 2);
  if (behind.size() < 2) return;
  const NoticeRow& heir = behind.back();        // the most urgent
  const int64_t meanwhile = leader_of(bundle);  // there may be one if the old one was sealed
  repoint_.bind(1, old_leader).bind(2, heir.delivery).run();
  put(heir.delivery, meanwhile == 0 ? bundle : 0, 0);
  Instant next = place(heir.delivery).next;
  {
    Rows rows(select_earliest_.bind(1, heir.delivery));
    if (rows.next() && !select_earliest_.null(0))
      next = std::min(next, instant_of_ms(select_earliest_.integer(0)));
  }
  queue(heir.delivery, DeliveryState::pending, heir.severity, next);
  if (meanwhile != 0) join(heir.delivery, heir.severity, meanwhile);
}

void Notices::leave(int64_t delivery) {
  const std::optional<NoticeRow> notice = get(delivery);
  if (!notice) return;
  leave_.bind(1, delivery).run();
  if (notice->bundle != 0) promote(delivery, bundle_key(*notice, place(delivery).channel));
}

void Notices::defer(int64_t delivery, std::string_view reason, Instant until) {
  const std::optional<NoticeRow> notice = get(delivery);
  if (!notice) return;
  leave(delivery);
  set_deferred_.bind(1, delivery).bind(2, reason).run();
  queue(delivery, DeliveryState::pending, notice->severity, until);
  gather(delivery);
}

void Notices::postpone(int64_t leader, Instant until) {
  const Place now = place(leader);
  queue(leader, now.state, now.severity, until);
}

std::vector<int64_t> Notices::deferred(std::string_view reason, size_t limit) {
  Rows rows(select_deferred_.bind(1, reason).bind(2, static_cast<int64_t>(limit)));
  std::vector<int64_t> found;
  while (rows.next()) found.push_back(select_deferred_.integer(0));
  return found;
}

std::vector<int64_t> Notices::to_escalate(Instant now, size_t limit) {
  Rows rows(select_escalations_.bind(1, ms_of(now)).bind(2, static_cast<int64_t>(limit)));
  std::vector<int64_t> found;
  while (rows.next()) found.push_back(select_escalations_.integer(0));
  return found;
}

Instant Notices::next_escalation() {
  Rows rows(select_next_escalation_);
  return rows.next() ? instant_of_ms(select_next_escalation_.integer(0)) : kNever;
}

void Notices::set_escalation(int64_t delivery, Instant at) {
  set_escalation_.bind(1, delivery).bind(2, stored(at)).run();
}

void Notices::set_successor(int64_t delivery, int64_t successor) {
  set_successor_.bind(1, delivery).bind(2, successor).run();
}

}  // namespace duban::ledger
