#include "delivery/pacer.hpp"

#include "core/hash.hpp"

namespace duban::delivery {
namespace {

constexpr Duration kHalfHour = std::chrono::minutes(30);
/// How long the wait at a full or half hour is: Feishu's and DingTalk's peaks last about a minute.
constexpr Duration kShortestWait = std::chrono::seconds(5);
constexpr Duration kLongestWait = std::chrono::seconds(60);

/// The end of the wait at the full or half hour that began last. Zones are off by whole quarters at most.
Instant end_of_peak(Instant wall, uint64_t seed) {
  const int64_t half = wall.time_since_epoch() / kHalfHour;
  const uint64_t dice = hash64(std::to_string(seed) + ' ' + std::to_string(half));
  const auto spread = static_cast<uint64_t>((kLongestWait - kShortestWait).count());
  return Instant{half * kHalfHour + kShortestWait + Duration{static_cast<int64_t>(dice % spread)}};
}

}  // namespace

bool Pacer::set(std::vector<Pace> paces, Duration now) {
  const Duration before = longest();
  paces_ = std::move(paces);
  if (longest() <= before) return false;
  knows_from_ = std::max(knows_from_, now - before);
  return true;
}

Duration Pacer::longest() const {
  Duration longest{0};
  for (const Pace& pace : paces_) longest = std::max(longest, pace.period);
  return longest;
}

size_t Pacer::most() const {
  int most = 0;
  for (const Pace& pace : paces_) most = std::max(most, pace.count);
  return static_cast<size_t>(most);
}

double Pacer::per_minute() const {
  double least = 0;
  for (const Pace& pace : paces_) {
    const double minutes = std::chrono::duration<double, std::ratio<60>>(pace.period).count();
    const double rate = static_cast<double>(pace.count) / minutes;
    least = least == 0 ? rate : std::min(least, rate);
  }
  return least;
}

Duration Pacer::free_at(const Pace& pace, Duration now, bool critical) const {
  const auto count = static_cast<size_t>(std::max(1, pace.count));
  const size_t limit = critical ? count : count - count / 5;
  const auto first = std::upper_bound(answers_.begin(), answers_.end(), now - pace.period);
  const size_t used = under_way_ + static_cast<size_t>(answers_.end() - first);
  if (used < limit) return now;
  const size_t too_many = used - limit;  // and one more must have gone before the next
  if (too_many >= static_cast<size_t>(answers_.end() - first)) return Duration::max();
  return *(first + static_cast<std::ptrdiff_t>(too_many)) + pace.period;
}

Duration Pacer::free_at(Duration now, Instant wall, bool critical) const {
  if (asked_ > 0) return Duration::max();
  Duration at = now;
  for (const Pace& pace : paces_) at = std::max(at, free_at(pace, now, critical));
  if (limited() && !critical && at != Duration::max())
    at = std::max(at, now + std::max(Duration{0}, end_of_peak(wall, seed_) - wall));
  return at;
}

void Pacer::answered(Duration now) {
  if (under_way_ > 0) --under_way_;
  remember(now);
}

void Pacer::remember(Duration at) {
  if (!limited()) return;
  answers_.insert(std::upper_bound(answers_.begin(), answers_.end(), at), at);
  const Duration oldest = answers_.back() - longest();
  while (answers_.front() <= oldest) answers_.pop_front();
}

}  // namespace duban::delivery
