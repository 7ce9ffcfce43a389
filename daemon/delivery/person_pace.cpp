#include "delivery/person_pace.hpp"

#include <algorithm>

namespace duban::delivery {

Duration PersonPace::longest() const {
  Duration longest{0};
  for (const Pace& limit : limits_) longest = std::max(longest, limit.period);
  return longest;
}

Duration PersonPace::wait(const std::string& person, Duration now) {
  const auto found = times_.find(person);
  if (found == times_.end()) return Duration{0};
  Duration wait{0};
  for (const Pace& limit : limits_) {
    const auto count = static_cast<size_t>(limit.count);
    if (found->second.size() < count) continue;
    const Duration first = found->second[found->second.size() - count];
    wait = std::max(wait, first + limit.period - now);
  }
  return wait;
}

void PersonPace::sent(const std::string& person, Duration now) {
  const Duration from = now - longest();
  std::deque<Duration>& times = times_[person];
  times.push_back(now);
  while (times.front() <= from) times.pop_front();
  if (swept_ > from) return;  // once in the longest period people who were left alone are forgotten
  swept_ = now;
  std::erase_if(times_, [from](const auto& entry) { return entry.second.back() <= from; });
}

}  // namespace duban::delivery
