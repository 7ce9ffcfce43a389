#include "delivery/dispatcher.hpp"

#include <algorithm>
#include <utility>

#include "core/limits.hpp"
#include "core/log.hpp"
#include "delivery/backoff.hpp"
#include "delivery/box.hpp"
#include "delivery/failure_log.hpp"
#include "delivery/lane.hpp"

namespace duban::delivery {
namespace {

/// Instants of the outbox are wall-clock time, timers are not: after so long it looks again in any case, so
/// that a step of the clock delays nothing for long.
constexpr Duration kLongestSleep = std::chrono::minutes(1);
/// What stop() waits for the last receipts beyond its limit.
constexpr Duration kLastReceipts = std::chrono::seconds(1);

using LanePtr = std::shared_ptr<Lane>;

}  // namespace

struct Dispatcher::Impl : std::enable_shared_from_this<Impl> {
  Impl(const Clock& c, Scheduler& s, DispatcherOptions o)
      : clock(c), scheduler(s), options(o), backoff(o.first_retry, o.seed) {}

  const Clock& clock;
  Scheduler& scheduler;
  const DispatcherOptions options;
  Backoff backoff;
  std::vector<Box> boxes;
  std::map<std::string, LanePtr> lanes;
  std::map<std::string, Counts> counts;
  std::map<std::string, FailureLog> failures;
  std::set<std::string> unknown;  // without a lane, as of the last answers
  std::set<std::string> said;     // of these, complained about
  bool wake_posted = false;
  Duration timer_at = Duration::max();
  bool stopping = false;
  bool retiring = false;      // not all channels have been told to close
  std::set<LanePtr> closing;  // whose channels have not yet said `closed`
  std::function<void()> stopped;

  void install(std::vector<std::unique_ptr<Channel>> channels);
  void retire(const LanePtr& lane, Duration limit);
  void wake();
  void fetch_all();
  void fetch(size_t box);
  void take_answer(size_t box, const std::vector<ledger::ChannelRoom>& rooms, Fetched fetched);
  void complain_about(const std::vector<std::string>& channels);
  void pump_all();
  void pump(const LanePtr& lane);
  void send(const LanePtr& lane, Lane::Taken taken);
  void take_outcome(const LanePtr& lane, const Sent& sent, Outcome outcome);
  Instant next_attempt(Lane& lane, const Sent& sent, const Outcome& outcome);
  void note_answer(Lane& lane, const Sent& sent, const Outcome& outcome);
  void settle(size_t box);
  void arm();
  void finish_if_idle();
  void finish();
};

Dispatcher::Dispatcher(std::vector<Outbox*> outboxes, std::vector<std::unique_ptr<Channel>> channels,
                       const Clock& clock, Scheduler& scheduler, DispatcherOptions options)
    : impl_(std::make_shared<Impl>(clock, scheduler, options)) {
  for (Outbox* outbox : outboxes) impl_->boxes.emplace_back().outbox = outbox;
  impl_->install(std::move(channels));
}

Dispatcher::~Dispatcher() = default;

void Dispatcher::wake() { impl_->wake(); }

std::map<std::string, Dispatcher::Counts> Dispatcher::counts() const { return impl_->counts; }

std::set<std::string> Dispatcher::unknown_channels() const { return impl_->unknown; }

void Dispatcher::replace(std::vector<std::unique_ptr<Channel>> channels, Duration limit) {
  std::map<std::string, LanePtr> old = std::exchange(impl_->lanes, {});
  impl_->install(std::move(channels));
  for (auto& [name, lane] : old) impl_->retire(lane, limit);
  impl_->wake();
}

void Dispatcher::stop(Duration limit, std::function<void()> done) {
  impl_->stopping = true;
  impl_->stopped = std::move(done);
  impl_->retiring = true;
  for (auto& [name, lane] : std::exchange(impl_->lanes, {})) impl_->retire(lane, limit);
  impl_->retiring = false;
  impl_->scheduler.after(limit + kLastReceipts, [weak = impl_->weak_from_this()] {
    if (const auto impl = weak.lock()) impl->finish();
  });
  impl_->finish_if_idle();
}

void Dispatcher::Impl::install(std::vector<std::unique_ptr<Channel>> channels) {
  for (std::unique_ptr<Channel>& channel : channels) {
    const std::string name = channel->name();
    lanes[name] = std::make_shared<Lane>(std::move(channel), boxes.size());
    counts[name].stopped = false;
    failures.try_emplace(name, name);
  }
  said.clear();
}

// The channel calls `closed` from within itself: its lane is let go of later.
void Dispatcher::Impl::retire(const LanePtr& lane, Duration limit) {
  lane->forget();
  lane->retired = true;
  closing.insert(lane);
  lane->channel->close(limit, [weak = weak_from_this(), closed = std::weak_ptr<Lane>(lane)] {
    const auto impl = weak.lock();
    const LanePtr kept = closed.lock();
    if (!impl || !kept) return;
    impl->closing.erase(kept);
    impl->scheduler.after(Duration{0}, [kept] {});
    impl->finish_if_idle();
  });
}

void Dispatcher::Impl::wake() {
  if (wake_posted || stopping) return;
  wake_posted = true;
  scheduler.after(Duration{0}, [weak = weak_from_this()] {
    if (const auto impl = weak.lock()) {
      impl->wake_posted = false;
      impl->fetch_all();
    }
  });
}

void Dispatcher::Impl::fetch_all() {
  for (size_t i = 0; i < boxes.size(); ++i) fetch(i);
}

void Dispatcher::Impl::fetch(size_t index) {
  Box& box = boxes[index];
  if (stopping) return;
  if (box.fetching) {
    box.again = true;
    return;
  }
  Request request{clock.now(), {}, box.in_flight};
  for (const auto& [name, lane] : lanes) {
    const size_t room = lane->room(index, clock.monotonic());
    if (room > 0) request.rooms.push_back({name, room});
  }
  box.fetching = true;
  box.again = false;
  box.outbox->fetch(request, [weak = weak_from_this(), index, rooms = request.rooms](Fetched fetched) {
    if (const auto impl = weak.lock()) impl->take_answer(index, rooms, std::move(fetched));
  });
}

// What was sent since the request is still in `in_flight`, for its receipt is answered after this: it is
// taken out of the answer, so that nothing is sent twice.
void Dispatcher::Impl::take_answer(size_t index, const std::vector<ledger::ChannelRoom>& rooms,
                                   Fetched fetched) {
  Box& box = boxes[index];
  box.fetching = false;
  if (stopping) return;
  box.next = fetched.next;
  std::map<std::string, std::deque<ledger::Delivery>> waiting;
  std::map<std::string, size_t> answered;
  for (ledger::Delivery& delivery : fetched.deliveries) {
    ++answered[delivery.channel];
    if (!box.in_flight.contains(delivery.id)) waiting[delivery.channel].push_back(std::move(delivery));
  }
  for (const auto& [name, room] : rooms) {
    const auto lane = lanes.find(name);
    if (lane == lanes.end()) continue;
    lane->second->refill(index, std::move(waiting[name]), answered[name] >= room);
  }
  complain_about(fetched.channels);
  pump_all();
  if (box.again) fetch(index);
  arm();
}

void Dispatcher::Impl::complain_about(const std::vector<std::string>& channels) {
  unknown.clear();
  for (const std::string& name : channels) {
    if (lanes.contains(name)) continue;
    unknown.insert(name);
    if (!said.insert(name).second) continue;
    log::error(
        "outbox: alerts wait for the channel '{}', which settings do not define; they are kept. "
        "Define the channel again, or decide about each of them (duban alerts)",
        name);
  }
}

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
    std::optional<Lane::Taken> taken = lane->take(clock.monotonic(), open);
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
  const Sent sent{taken.outbox,          delivery.id,       delivery.attempts,
                  lane->breaker.begin(), clock.monotonic(), delivery.alert};
  boxes[taken.outbox].in_flight.insert(delivery.id);
  ++lane->sending;
  ++counts[lane->name()].in_flight;
  Message message{delivery.id, std::move(delivery.alert), std::move(delivery.body), delivery.at,
                  delivery.attempts};
  lane->channel->send(std::move(message), [weak = weak_from_this(), lane, sent](Outcome outcome) {
    if (const auto impl = weak.lock()) impl->take_outcome(lane, sent, std::move(outcome));
  });
}

void Dispatcher::Impl::take_outcome(const LanePtr& lane, const Sent& sent, Outcome outcome) {
  --lane->sending;
  --counts[lane->name()].in_flight;
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
  boxes[sent.box].receipts.push_back(std::move(receipt));
  settle(sent.box);
  pump(lane);
  arm();
}

void Dispatcher::Impl::note_answer(Lane& lane, const Sent& sent, const Outcome& outcome) {
  const Duration now = clock.monotonic();
  Counts& count = counts[lane.name()];
  FailureLog& failure = failures.at(lane.name());
  if (outcome.kind == Outcome::Kind::delivered) {
    ++count.delivered;
  } else {
    ++count.rejected;
    failure.rejected(sent.key, outcome.answer, now);
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
  std::vector<ledger::Receipt> receipts = std::exchange(box.receipts, {});
  std::vector<int64_t> settled;
  Instant next = kNever;
  for (const ledger::Receipt& receipt : receipts) {
    settled.push_back(receipt.delivery);
    next = std::min(next, receipt.next);
  }
  box.outbox->settle(std::move(receipts), [weak = weak_from_this(), index, settled, next] {
    const auto impl = weak.lock();
    if (!impl) return;
    Box& stored = impl->boxes[index];
    const bool was_open = stored.open();
    for (const int64_t id : settled) stored.in_flight.erase(id);
    stored.settling = false;
    stored.next = std::min(stored.next, next);
    impl->settle(index);
    if (!was_open) impl->pump_all();
    impl->arm();
    impl->finish_if_idle();
  });
}

void Dispatcher::Impl::arm() {
  if (stopping) return;
  const Duration now = clock.monotonic();
  Duration at = now + kLongestSleep;
  for (const Box& box : boxes) {
    if (box.next != kNever && !box.fetching) {
      at = std::min(at, now + std::max(Duration{0}, box.next - clock.now()));
    }
  }
  for (const auto& [name, lane] : lanes) {
    if (lane->breaker.stopped() && lane->breaker.until() > now) at = std::min(at, lane->breaker.until());
  }
  if (at >= timer_at) return;
  timer_at = at;
  scheduler.after(at - now, [weak = weak_from_this(), at] {
    const auto impl = weak.lock();
    if (!impl || impl->timer_at != at) return;
    impl->timer_at = Duration::max();
    impl->fetch_all();
  });
}

void Dispatcher::Impl::finish_if_idle() {
  if (!stopping || retiring || !closing.empty()) return;
  const bool settled = std::all_of(boxes.begin(), boxes.end(),
                                   [](const Box& box) { return !box.settling && box.receipts.empty(); });
  if (settled) finish();
}

void Dispatcher::Impl::finish() {
  if (const auto done = std::exchange(stopped, nullptr)) done();
}

}  // namespace duban::delivery
