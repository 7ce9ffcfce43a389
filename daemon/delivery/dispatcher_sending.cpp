#include <algorithm>
#include <utility>

#include "core/limits.hpp"
#include "delivery/dispatcher_impl.hpp"

namespace duban::delivery {
namespace {

/// Receipts that storage could not take are brought again after this.
constexpr Duration kStoreAgain = std::chrono::seconds(1);
/// After a message to people was taken the outbox is asked again within this: when it goes on if nobody
/// acknowledges is known there.
constexpr Duration kLookAgain = std::chrono::seconds(10);

}  // namespace

void Dispatcher::Impl::pump_all() {
  // A channel that answers at once may lead to a reload: the lanes are walked by a copy.
  const std::map<std::string, LanePtr> now = lanes;
  for (const auto& [name, lane] : now) pump(lane);
}

void Dispatcher::Impl::pump(const LanePtr& lane) {
  if (lane->pumping || lane->retired) return;
  lane->pumping = true;
  std::vector<bool> open(boxes.size());
  for (;;) {
    for (size_t i = 0; i < boxes.size(); ++i) open[i] = boxes[i].open();
    std::optional<Lane::Taken> taken = lane->take(clock.monotonic(), clock.now(), open);
    if (!taken) break;
    send(lane, *std::move(taken));
  }
  lane->pumping = false;
  for (size_t i = 0; i < boxes.size(); ++i) {
    if (!boxes[i].fetching && lane->hungry(i)) fetch(i);
  }
}

void Dispatcher::Impl::send(const LanePtr& lane, Lane::Taken taken) {
  ledger::Delivery& delivery = taken.delivery;
  Sent sent{taken.outbox,   delivery.id, delivery.attempts,         lane->breaker.begin(), clock.monotonic(),
            delivery.alert, {},          !delivery.carried.empty(), delivery.falls_back};
  for (const ledger::Carried& carried : delivery.carried)
    if (carried.delivery != delivery.id) sent.carried.push_back(carried.delivery);
  boxes[taken.outbox].in_flight.insert(delivery.id);
  ++lane->sending;
  lane->pacer.sent();
  ++counts[lane->name()].in_flight;
  Message message = make_message(std::move(delivery), options.link);
  // The channel keeps this for as long as it takes: it must not own the lane that owns the channel.
  lane->channel->send(std::move(message),
                      [weak = weak_from_this(), from = std::weak_ptr<Lane>(lane), sent](Outcome outcome) {
                        const auto impl = weak.lock();
                        const LanePtr kept = from.lock();
                        if (impl && kept) impl->take_outcome(kept, sent, std::move(outcome));
                      });
}

void Dispatcher::Impl::take_outcome(const LanePtr& lane, const Sent& sent, Outcome outcome) {
  --lane->sending;
  --counts[lane->name()].in_flight;
  lane->pacer.answered(clock.monotonic());
  ledger::Receipt receipt;
  receipt.delivery = sent.delivery;
  receipt.at = clock.now();
  receipt.latency_ms = static_cast<int32_t>((clock.monotonic() - sent.started).count());
  if (outcome.kind == Outcome::Kind::retry) {
    receipt.next = next_attempt(*lane, sent, outcome);
  } else {
    const bool delivered = outcome.kind == Outcome::Kind::delivered;
    receipt.state = delivered ? ledger::DeliveryState::delivered : ledger::DeliveryState::rejected;
    note_answer(*lane, sent, outcome);
  }
  receipt.answer = std::move(outcome.answer);
  receipt.carried = sent.carried;
  if (sent.people) note_people(boxes[sent.box], outcome);
  boxes[sent.box].receipts.push_back(std::move(receipt));
  settle(sent.box);
  pump(lane);
  arm();
}

// What a person did not get by this channel he may get by another: the outbox decides. What he got waits for
// his acknowledgement; that it stays out is seen within a few seconds.
void Dispatcher::Impl::note_people(Box& box, const Outcome& outcome) {
  if (outcome.kind == Outcome::Kind::rejected) box.look_again = true;
  if (outcome.kind == Outcome::Kind::delivered) box.next = std::min(box.next, clock.now() + kLookAgain);
}

void Dispatcher::Impl::note_answer(Lane& lane, const Sent& sent, const Outcome& outcome) {
  const Duration now = clock.monotonic();
  Counts& count = counts[lane.name()];
  FailureLog& failure = failures.at(lane.name());
  if (outcome.kind == Outcome::Kind::delivered) {
    ++count.delivered;
    count.carried += 1 + sent.carried.size();
    rates[lane.name()].add(now, 1 + sent.carried.size());
  } else {
    ++count.rejected;
    failure.rejected(sent.key, outcome.answer, sent.falls_back, now);
  }
  if (lane.breaker.answered(sent.probe) != Breaker::Change::resumed || lane.retired) return;
  count.stopped = false;
  failure.resumed(now);
  fetch_all();
}

// While the channel is stopped its pause is everybody's: what failed meanwhile goes out as soon as it answers
// again, however often it had been tried.
Instant Dispatcher::Impl::next_attempt(Lane& lane, const Sent& sent, const Outcome& outcome) {
  const Duration now = clock.monotonic();
  Counts& count = counts[lane.name()];
  FailureLog& failure = failures.at(lane.name());
  const Duration asked = std::clamp<Duration>(outcome.not_before, Duration{0}, limits::kLongestPause);
  ++count.retried;
  if (lane.retired) return clock.now() + asked;
  const bool change = lane.breaker.failed(sent.probe, outcome.whole_channel) == Breaker::Change::stopped;
  change ? failure.stopped(outcome.answer, now) : failure.retried(outcome.answer, now);
  if (!lane.breaker.stopped()) {
    return clock.now() + std::max(asked, backoff.delay(sent.attempts + 1, options.longest_retry));
  }
  const Duration pause = change || sent.probe
                             ? std::max(asked, backoff.delay(lane.breaker.pauses(), options.longest_probe))
                             : asked;
  lane.breaker.pause(now + pause);
  lane.forget();
  count.stopped = true;
  count.last_failure = outcome.answer;
  return clock.now() + (lane.breaker.until() - now);
}

void Dispatcher::Impl::settle(size_t index) {
  Box& box = boxes[index];
  if (box.settling || box.receipts.empty()) return;
  box.settling = true;
  const auto receipts = std::make_shared<const std::vector<ledger::Receipt>>(std::exchange(box.receipts, {}));
  box.outbox->settle(*receipts, [weak = weak_from_this(), index, receipts](bool stored) {
    const auto impl = weak.lock();
    if (!impl) return;
    if (stored) return impl->take_stored(index, *receipts);
    Box& failed = impl->boxes[index];
    failed.receipts.insert(failed.receipts.begin(), receipts->begin(), receipts->end());
    impl->scheduler.after(kStoreAgain, [weak, index] {
      const auto later = weak.lock();
      if (!later) return;
      later->boxes[index].settling = false;
      later->settle(index);
    });
  });
}

void Dispatcher::Impl::take_stored(size_t index, const std::vector<ledger::Receipt>& receipts) {
  Box& box = boxes[index];
  const bool was_open = box.open();
  for (const ledger::Receipt& receipt : receipts) {
    box.in_flight.erase(receipt.delivery);
    box.next = std::min(box.next, receipt.next);
  }
  box.settling = false;
  settle(index);
  if (!was_open) pump_all();
  if (std::exchange(box.look_again, false)) fetch(index);
  arm();
  finish_if_idle();
}

}  // namespace duban::delivery
