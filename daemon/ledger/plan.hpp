// How a person is told, as a route says it: by which channels in turn, when not, and when all at once. Kept
// with the delivery, so that what was decided when the alert was raised holds whatever the routes say later.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/time.hpp"

namespace duban::ledger {

struct Plan {
  struct Step {
    std::string channel;
    /// How long the step before it may stay unacknowledged; 0: this one is for its rejection alone.
    Duration after{0};
    bool operator==(const Step&) const = default;
  };
  /// Hours in which nobody is disturbed; `to` before `from` is on the next day.
  struct Quiet {
    TimeOfDay from, to;
    bool operator==(const Quiet&) const = default;
  };
  std::vector<Step> steps;  // never empty
  std::optional<Quiet> quiet;
  std::optional<TimeOfDay> digest;  // kept for this time of the day

  bool operator==(const Plan&) const = default;

  std::string text() const;
  static Plan parse(std::string_view text);
  /// The first instant from `t` on at which it may be told.
  Instant awake(Instant t, const Zone& zone) const;
  /// When a message that is due at `t` goes out: at the digest's next time, never in the quiet hours.
  Instant time_to_tell(Instant t, const Zone& zone) const;
};

}  // namespace duban::ledger
