// The outbox's deliveries to people: messages that carry several of them, fallback, deferral.
#include <algorithm>
#include <tuple>

#include "core/hash.hpp"
#include "core/limits.hpp"
#include "ledger/outbox.hpp"

namespace duban::ledger {
namespace {

/// Counters of what waits, one per channel and severity, are kept as states of this kind.
constexpr std::string_view kWaiting = "waiting ";

int64_t number_of(DeliveryState state) { return static_cast<int64_t>(state); }

/// The same deliveries by the same channel have the same key, whatever happened in between.
std::string key_of(const Delivery& delivery) {
  std::vector<std::string> parts;
  for (const Carried& carried : delivery.carried) parts.push_back(carried.alert + '\0' + carried.recipient);
  std::sort(parts.begin(), parts.end());
  std::string all = delivery.channel;
  for (const std::string& part : parts) all.append(1, '\0').append(part);
  return "m-" + hash128(all).hex();
}

}  // namespace

void Outbox::count_waiting(std::string_view channel, uint8_t severity, int64_t by) {
  tallies_.add(Count::pending, by);
  tallies_.add_state(std::string(kWaiting).append(channel), std::to_string(severity), by);
}

std::map<std::string, std::array<int64_t, 4>> Outbox::waiting() {
  std::map<std::string, std::array<int64_t, 4>> found;
  for (const std::string& channel : pending_channels()) {
    std::array<int64_t, 4>& of_channel = found[channel];
    for (size_t i = 0; i < of_channel.size(); ++i)
      of_channel[i] = tallies_.in_state(std::string(kWaiting).append(channel), std::to_string(i));
  }
  return found;
}

std::vector<std::pair<std::string, Instant>> Outbox::sent(const std::vector<SentWanted>& wanted) {
  std::vector<std::pair<std::string, Instant>> found;
  std::map<int64_t, SentWanted> open;  // by the channel's number
  Instant since = kNever;
  for (const SentWanted& one : wanted) {
    if (one.most > 0) open[static_cast<int64_t>(names_.find(one.channel))] = one;
    since = std::min(since, one.since);
  }
  // Receipts of one message stand in a row and say the same: it was sent once, however much it carried.
  using Attempt = std::tuple<int64_t, int64_t, int64_t, std::string>;
  std::optional<Attempt> message;
  Rows rows(select_sent_.bind(1, static_cast<int64_t>(limits::kRememberedSends)));
  while (!open.empty() && rows.next()) {
    const Instant at = instant_of_ms(select_sent_.integer(1));
    if (at < since) break;
    const auto channel = open.find(select_sent_.integer(0));
    if (channel == open.end()) continue;
    Attempt attempt{select_sent_.integer(0), ms_of(at), select_sent_.integer(2),
                    std::string(select_sent_.text(3))};
    const bool carried = select_sent_.integer(4) != 0;
    if (carried && message == attempt) continue;
    message = carried ? std::optional(std::move(attempt)) : std::nullopt;
    if (at < channel->second.since || at >= channel->second.until) continue;
    found.emplace_back(channel->second.channel, at);
    if (--channel->second.most == 0) open.erase(channel);
  }
  return found;
}

int64_t Outbox::add_notice(const Notice& notice, size_t step, const Alert& alert) {
  const std::string channel = Plan::parse(notice.plan).steps.at(step).channel;
  const int64_t id = add_delivery(channel, alert, 0, notice.due);
  notices_.add(id, notice, step, alert.severity);
  if (alert.held || alert.recorded)
    notices_.set_escalation(id, kNever);
  else
    notices_.gather(id);
  return id;
}

std::optional<Alert> Outbox::alert_of(int64_t delivery) {
  int64_t sequence = 0;
  {
    Rows rows(select_.bind(1, delivery));
    if (rows.next()) sequence = select_.integer(1);
  }
  std::optional<AlertRow> row = alerts_.get(sequence);
  return row ? std::optional(std::move(row->alert)) : std::nullopt;
}

void Outbox::carry(Delivery& delivery) {
  std::vector<NoticeRow> bundle = notices_.bundle_of(delivery.id, limits::kCarried);
  if (bundle.empty()) return;
  std::stable_sort(bundle.begin(), bundle.end(),
                   [](const NoticeRow& a, const NoticeRow& b) { return a.severity > b.severity; });
  delivery.body.clear();
  delivery.falls_back = std::all_of(bundle.begin(), bundle.end(), [this](const NoticeRow& notice) {
    return notice.step + 1 < notices_.plan(notice).steps.size();
  });
  for (const NoticeRow& notice : bundle) {
    std::optional<Alert> alert = alert_of(notice.delivery);
    if (!alert) continue;
    delivery.carried.push_back(
        {notice.delivery, std::move(alert->id), notice.recipient, std::move(alert->json)});
  }
  delivery.alert = key_of(delivery);
}

void Outbox::await_acknowledgement(int64_t delivery, Instant t) {
  const std::optional<NoticeRow> notice = notices_.get(delivery);
  if (!notice || notice->successor != 0) return;
  const Plan& plan = notices_.plan(*notice);
  const bool goes_on = notice->step + 1 < plan.steps.size();
  const Duration after = goes_on ? plan.steps[notice->step + 1].after : Duration{0};
  notices_.set_escalation(delivery, after > Duration{0} ? t + after : kNever);
}

void Outbox::settle_notice(const Receipt& receipt) {
  std::vector<int64_t> all = receipt.carried;
  all.push_back(receipt.delivery);  // the leader last: what is left then gets another one
  for (const int64_t delivery : all) {
    Receipt own = receipt;
    own.delivery = delivery;
    if (!settle(own, {DeliveryState::pending, DeliveryState::gathered})) continue;
    if (receipt.state == DeliveryState::pending) continue;
    notices_.leave(delivery);
    const std::optional<NoticeRow> notice = notices_.get(delivery);
    if (!notice || notice->successor != 0) continue;
    const bool goes_on = notice->step + 1 < notices_.plan(*notice).steps.size();
    if (receipt.state == DeliveryState::delivered)
      await_acknowledgement(delivery, receipt.at);
    else
      notices_.set_escalation(delivery, goes_on ? receipt.at : kNever);
  }
  if (receipt.state == DeliveryState::pending) notices_.unseal(receipt.delivery);
}

void Outbox::note_decision(int64_t delivery, Instant at, const std::string& what) {
  const std::optional<Status> now = status(delivery);
  if (!now) return;
  Receipt decision;
  decision.delivery = delivery;
  decision.at = at;
  decision.state = now->state;
  decision.next = now->next;
  decision.answer = what;
  decision.latency_ms = kDecision;
  add_attempt(decision, *now);
  settle_.bind(1, delivery).bind(2, number_of(now->state)).bind(3, int64_t{0}).bind(4, ms_of(now->next));
  settle_.bind(5, add_attempt_.last_row()).run();
}

void Outbox::escalate(int64_t delivery, Instant now, const std::string& why) {
  const std::optional<NoticeRow> notice = notices_.get(delivery);
  const std::optional<Alert> alert = alert_of(delivery);
  if (!notice || !alert || notice->successor != 0) return;
  note_decision(delivery, now, why);
  Notice next{notice->recipient, names_.text(notice->plan), notice->group, now};
  const int64_t successor = add_notice(next, notice->step + 1, *alert);
  notices_.set_successor(delivery, successor);
}

void Outbox::stay(int64_t delivery, Instant now, const std::string& why) {
  notices_.set_escalation(delivery, kNever);
  if (!why.empty()) note_decision(delivery, now, why);
}

void Outbox::defer(int64_t delivery, const std::string& reason, Instant until, Instant now,
                   const std::string& why) {
  const std::optional<NoticeRow> notice = notices_.get(delivery);
  if (!notice) return;
  const bool known = notice->deferred == reason;
  notices_.defer(delivery, reason, until);
  await_acknowledgement(delivery, until);
  if (!known) note_decision(delivery, now, why);
}

void Outbox::postpone(int64_t leader, Instant until) {
  for (const NoticeRow& notice : notices_.bundle_of(leader, SIZE_MAX / 2)) {
    if (notice.delivery == leader) notices_.postpone(leader, until);
    await_acknowledgement(notice.delivery, until);
  }
}

void Outbox::withhold(int64_t delivery, Instant now, const std::string& why) {
  Receipt receipt;
  receipt.delivery = delivery;
  receipt.at = now;
  receipt.state = DeliveryState::withheld;
  receipt.answer = why;
  receipt.latency_ms = kDecision;
  if (!settle(receipt, {DeliveryState::pending, DeliveryState::gathered})) return;
  notices_.leave(delivery);
  notices_.set_escalation(delivery, kNever);
}

void Outbox::release_deferred(std::string_view reason, Instant now) {
  for (const int64_t delivery : notices_.deferred(reason, SIZE_MAX / 2)) {
    const std::optional<Status> row = status(delivery);
    if (row && waits(row->state)) notices_.defer(delivery, reason, now);
  }
}

}  // namespace duban::ledger
