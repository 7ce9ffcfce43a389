#include "ledger/plan.hpp"

#include <algorithm>
#include <charconv>

namespace duban::ledger {
namespace {

int64_t number(std::string_view& line) {
  int64_t value = 0;
  const auto end = std::from_chars(line.data(), line.data() + line.size(), value).ptr;
  line.remove_prefix(std::min(line.size(), static_cast<size_t>(end - line.data()) + 1));
  return value;
}

TimeOfDay time_of(std::string_view& line) { return TimeOfDay{static_cast<int32_t>(number(line))}; }

}  // namespace

// One line per part, the name of a channel last: it may have any characters.
std::string Plan::text() const {
  std::string out;
  for (const Step& step : steps)
    out += "step " + std::to_string(step.after.count()) + ' ' + step.channel + '\n';
  if (quiet)
    out += "quiet " + std::to_string(quiet->from.seconds) + ' ' + std::to_string(quiet->to.seconds) + '\n';
  if (digest) out += "digest " + std::to_string(digest->seconds) + '\n';
  return out;
}

Plan Plan::parse(std::string_view text) {
  Plan plan;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::string_view part = line.substr(0, line.find(' '));
    line.remove_prefix(std::min(part.size() + 1, line.size()));
    if (part == "step") {
      const Duration after{number(line)};
      plan.steps.push_back({std::string(line), after});
    } else if (part == "quiet") {
      const TimeOfDay from = time_of(line);
      plan.quiet = Quiet{from, time_of(line)};
    } else if (part == "digest") {
      plan.digest = time_of(line);
    }
  }
  return plan;
}

Instant Plan::awake(Instant t, const Zone& zone) const {
  if (!quiet) return t;
  const auto [date, time] = zone.local(t);
  const bool over_midnight = quiet->to <= quiet->from;
  if (!over_midnight) return quiet->from <= time && time < quiet->to ? zone.instant(date, quiet->to) : t;
  if (time >= quiet->from) return zone.instant(date + 1, quiet->to);
  return time < quiet->to ? zone.instant(date, quiet->to) : t;
}

Instant Plan::time_to_tell(Instant t, const Zone& zone) const {
  if (digest) {
    const Instant today = zone.instant(zone.date(t), *digest);
    t = today >= t ? today : zone.instant(zone.date(t) + 1, *digest);
  }
  return awake(t, zone);
}

}  // namespace duban::ledger
