#include "delivery/lane.hpp"

#include <algorithm>

#include "core/limits.hpp"

namespace duban::delivery {
namespace {

/// Read ahead at least: enough for a probe to choose from.
constexpr size_t kSmallestWindow = 32;
/// rule::Severity::critical; part of a channel's limit is kept for it.
constexpr uint8_t kCritical = 3;

bool before(const ledger::Delivery& a, const ledger::Delivery& b) {
  if (a.severity != b.severity) return a.severity > b.severity;
  if (a.next != b.next) return a.next < b.next;
  return a.id < b.id;
}

}  // namespace

Lane::Lane(std::shared_ptr<Channel> c, size_t outboxes, Pacer& p)
    : channel(std::move(c)), pacer(p), ahead_(outboxes) {
  for (Ahead& ahead : ahead_) ahead.window = std::max(channel->concurrency(), kSmallestWindow);
}

size_t Lane::room(size_t outbox, Duration now) {
  if (!breaker.admits(now)) return 0;
  ahead_[outbox].asked = true;
  const size_t window = ahead_[outbox].window;
  return paced() ? std::min(window, channel->concurrency()) : window;
}

std::optional<Duration> Lane::wants_probe() const {
  const bool all = std::all_of(ahead_.begin(), ahead_.end(), [](const Ahead& ahead) { return ahead.asked; });
  if (!breaker.stopped() || breaker.probing() || all) return std::nullopt;
  return breaker.until();
}

void Lane::refill(size_t outbox, std::deque<ledger::Delivery> waiting, bool more) {
  Ahead& ahead = ahead_[outbox];
  ahead.more = more;
  ahead.waiting = std::move(waiting);
  const size_t most = std::clamp(channel->concurrency() * limits::kReadAhead, kSmallestWindow,
                                 std::max(limits::kUnsettledDeliveries, channel->concurrency()));
  ahead.window = std::clamp(std::max(ahead.taken * 2, ahead.window / 2),
                            std::max(channel->concurrency(), kSmallestWindow), most);
  ahead.taken = 0;
}

bool Lane::hungry(size_t outbox) const {
  const Ahead& ahead = ahead_[outbox];
  if (!ahead.more || breaker.stopped()) return false;
  return paced() ? ahead.waiting.empty() : ahead.waiting.size() < ahead.window / 2;
}

void Lane::forget() {
  for (Ahead& ahead : ahead_) {
    ahead.waiting.clear();
    ahead.more = false;
    ahead.asked = false;
  }
}

std::optional<Lane::Place> Lane::first(const std::vector<bool>& open) const {
  std::optional<Place> best;
  for (size_t i = 0; i < ahead_.size(); ++i) {
    if (!open[i] || ahead_[i].waiting.empty()) continue;
    if (!best || before(ahead_[i].waiting.front(), ahead_[best->first].waiting.front())) best = {i, 0};
  }
  return best;
}

std::optional<Lane::Place> Lane::least_tried(const std::vector<bool>& open) const {
  std::optional<Place> best;
  const auto at = [this](Place p) -> const ledger::Delivery& { return ahead_[p.first].waiting[p.second]; };
  for (size_t i = 0; i < ahead_.size(); ++i) {
    for (size_t k = 0; open[i] && k < ahead_[i].waiting.size(); ++k) {
      const Place here{i, k};
      const bool fewer = best && at(here).attempts < at(*best).attempts;
      const bool equal = best && at(here).attempts == at(*best).attempts;
      if (!best || fewer || (equal && before(at(here), at(*best)))) best = here;
    }
  }
  return best;
}

std::optional<Lane::Taken> Lane::take(Duration now, Instant wall, const std::vector<bool>& open) {
  paced_until_ = Duration::max();
  if (sending >= channel->concurrency() || !breaker.admits(now)) return std::nullopt;
  const std::optional<Place> place = breaker.stopped() ? least_tried(open) : first(open);
  if (!place) return std::nullopt;
  Ahead& ahead = ahead_[place->first];
  const ledger::Delivery& next = ahead.waiting[place->second];
  if (const Duration at = pacer.free_at(now, wall, next.severity >= kCritical); at > now) {
    paced_until_ = at;
    return std::nullopt;
  }
  const auto it = ahead.waiting.begin() + static_cast<ptrdiff_t>(place->second);
  Taken taken{place->first, std::move(*it)};
  ahead.waiting.erase(it);
  ++ahead.taken;
  return taken;
}

}  // namespace duban::delivery
