#include "delivery/dispatcher.hpp"

#include <algorithm>
#include <utility>

#include "core/hash.hpp"
#include "core/log.hpp"
#include "delivery/dispatcher_impl.hpp"

namespace duban::delivery {
namespace {

/// Instants of the outbox are wall-clock time, timers are not: after so long it looks again in any case, so
/// that a step of the clock delays nothing for long.
constexpr Duration kLongestSleep = std::chrono::minutes(1);
/// What stop() waits for the last receipts beyond its limit.
constexpr Duration kLastReceipts = std::chrono::seconds(1);

}  // namespace

Dispatcher::Dispatcher(std::vector<Outbox*> outboxes, std::vector<std::unique_ptr<Channel>> channels,
                       const Clock& clock, Scheduler& scheduler, DispatcherOptions options)
    : impl_(std::make_shared<Impl>(clock, scheduler, options)) {
  for (Outbox* outbox : outboxes) impl_->boxes.emplace_back().outbox = outbox;
  impl_->install(std::move(channels));
}

Dispatcher::~Dispatcher() = default;

void Dispatcher::wake() { impl_->wake(); }

std::map<std::string, Dispatcher::Counts> Dispatcher::counts() const { return impl_->counts; }

std::map<std::string, Progress> Dispatcher::progress() const {
  std::map<std::string, Progress> found;
  const Duration now = impl_->clock.monotonic();
  for (const auto& [name, lane] : impl_->lanes) {
    Progress& progress = found[name];
    int64_t all = 0;
    for (const Box& box : impl_->boxes) {
      const auto waiting = box.waiting.find(name);
      for (size_t i = 0; waiting != box.waiting.end() && i < progress.waiting.size(); ++i) {
        progress.waiting[i] += waiting->second[i];
        all += waiting->second[i];
      }
    }
    const Counts& count = impl_->counts[name];
    progress.messages = count.delivered;
    progress.sent = count.carried;
    progress.per_minute = impl_->rates[name].per_minute(now);
    if (all > 0 && progress.per_minute > 0)
      progress.ends = impl_->clock.now() +
                      Duration{static_cast<int64_t>(static_cast<double>(all) / progress.per_minute * 60'000)};
  }
  return found;
}

std::set<std::string> Dispatcher::unknown_channels() const { return impl_->unknown; }

void Dispatcher::use(std::map<std::string, std::vector<Pace>> paces, Link link) {
  impl_->options.paces = std::move(paces);
  impl_->options.link = std::move(link);
}

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
    const auto own = options.paces.find(name);
    std::vector<Pace> paces = own != options.paces.end() ? own->second : channel->pace();
    const auto [found, is_new] =
        pacers.try_emplace(name, paces, options.seed + hash64(name), clock.monotonic());
    Pacer& pacer = found->second;
    if (pacer.set(std::move(paces), clock.monotonic()))
      for (Box& box : boxes) box.asked.erase(name);
    // What was under way when a process was killed may have counted, and has no receipt.
    for (size_t i = 0; is_new && i < channel->concurrency(); ++i) pacer.remember(clock.monotonic());
    lanes[name] = std::make_shared<Lane>(std::move(channel), boxes.size(), pacer);
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
  Request request{clock.now(), {}, box.in_flight, unknown_sends(box)};
  for (const auto& [name, lane] : lanes) {
    const size_t room = lane->room(index, clock.monotonic());
    if (room > 0) request.rooms.push_back({name, room});
  }
  box.fetching = true;
  box.again = false;
  box.outbox->fetch(request, [weak = weak_from_this(), index, request](Fetched fetched) {
    if (const auto impl = weak.lock()) impl->take_answer(index, request, std::move(fetched));
  });
}

/// Of limited channels, before they send anything: what they sent in the time that their limits look back on,
/// as far as this process does not know it.
std::vector<ledger::SentWanted> Dispatcher::Impl::unknown_sends(Box& box) {
  std::vector<ledger::SentWanted> wanted;
  const Duration now = clock.monotonic();
  for (const auto& [name, lane] : lanes) {
    Pacer& pacer = lane->pacer;
    if (!pacer.limited() || !box.asked.insert(name).second || now - pacer.longest() >= pacer.knows_from())
      continue;
    const Instant wall = clock.now();
    wanted.push_back({name, wall - pacer.longest(), wall - (now - pacer.knows_from()), pacer.most()});
    pacer.wait_for_memory();
  }
  return wanted;
}

// What was sent since the request is still in `in_flight`, for its receipt is answered after this: it is
// taken out of the answer, so that nothing is sent twice.
void Dispatcher::Impl::take_answer(size_t index, const Request& request, Fetched fetched) {
  Box& box = boxes[index];
  box.fetching = false;
  if (stopping) return;
  box.next = fetched.next;
  box.waiting = std::move(fetched.waiting);
  remember_sent(request.sent, fetched);
  std::map<std::string, std::deque<ledger::Delivery>> waiting;
  std::map<std::string, size_t> answered;
  for (ledger::Delivery& delivery : fetched.deliveries) {
    ++answered[delivery.channel];
    if (!box.in_flight.contains(delivery.id)) waiting[delivery.channel].push_back(std::move(delivery));
  }
  for (const auto& [name, room] : request.rooms) {
    const auto lane = lanes.find(name);
    if (lane == lanes.end()) continue;
    lane->second->refill(index, std::move(waiting[name]), answered[name] >= room);
  }
  complain_about(fetched.channels);
  pump_all();
  if (box.again) fetch(index);
  arm();
}

void Dispatcher::Impl::remember_sent(const std::vector<ledger::SentWanted>& wanted, const Fetched& fetched) {
  for (const ledger::SentWanted& one : wanted)
    if (const auto pacer = pacers.find(one.channel); pacer != pacers.end()) pacer->second.has_memory();
  for (const auto& [channel, at] : fetched.sent) {
    const auto pacer = pacers.find(channel);
    if (pacer != pacers.end()) pacer->second.remember(clock.monotonic() - (clock.now() - at));
  }
}

void Dispatcher::Impl::complain_about(const std::vector<std::string>& channels) {
  unknown.clear();
  for (const std::string& name : channels) {
    if (lanes.contains(name)) continue;
    unknown.insert(name);
    if (!said.insert(name).second) continue;
    log::error(
        "outbox: alerts wait for the channel '{}', which settings do not define; they are kept. "
        "Define a channel of that name again and reload",
        name);
  }
}

/// When an outbox has to be asked, or a stopped channel probed.
Duration Dispatcher::Impl::next_fetch() const {
  const Duration now = clock.monotonic();
  Duration at = now + kLongestSleep;
  for (const Box& box : boxes) {
    if (box.next != kNever && !box.fetching) {
      at = std::min(at, now + std::max(Duration{0}, box.next - clock.now()));
    }
  }
  for (const auto& [name, lane] : lanes) {
    if (const std::optional<Duration> probe = lane->wants_probe()) at = std::min(at, std::max(now, *probe));
  }
  return at;
}

/// When the limit of a channel lets the next message go that was read ahead.
Duration Dispatcher::Impl::next_free() const {
  Duration at = Duration::max();
  for (const auto& [name, lane] : lanes) at = std::min(at, lane->paced_until());
  return at;
}

void Dispatcher::Impl::arm() {
  if (stopping) return;
  const Duration now = clock.monotonic();
  const Duration fetch_at = next_fetch();
  const Duration at = std::min(fetch_at, std::max(now, next_free()));
  if (at >= timer_at) return;
  timer_at = at;
  scheduler.after(at - now, [weak = weak_from_this(), at] {
    const auto impl = weak.lock();
    if (!impl || impl->timer_at != at) return;
    impl->timer_at = Duration::max();
    if (impl->next_fetch() <= impl->clock.monotonic()) return impl->fetch_all();
    impl->pump_all();
    impl->arm();
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
