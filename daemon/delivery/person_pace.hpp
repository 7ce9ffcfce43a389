// How often one person was written to lately, for services that silently drop what is too much.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <vector>

#include "delivery/channel.hpp"

namespace duban::delivery {

/// Instants are of the monotonic clock.
class PersonPace {
 public:
  explicit PersonPace(std::vector<Pace> limits) : limits_(std::move(limits)) {}

  /// How long this person has to be left alone; 0: not at all.
  Duration wait(const std::string& person, Duration now);
  void sent(const std::string& person, Duration now);

 private:
  Duration longest() const;

  std::vector<Pace> limits_;
  std::map<std::string, std::deque<Duration>> times_;  // as far back as a limit looks
  Duration swept_{0};
};

}  // namespace duban::delivery
