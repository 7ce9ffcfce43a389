#include "rule/offset.hpp"

#include <algorithm>
#include <cmath>

namespace duban::rule {
namespace {

// The longest run of days off, with the weekends that adjoin, is shorter than this.
constexpr double kLongestHoliday = 12;
constexpr double kDefaultTime = 9.0 / 24;

Offset step_offset(const Step& step) {
  const double n = std::abs(step.count);
  Offset size;
  switch (step.unit) {
    case Unit::minutes:
      size = {n / 1440, n / 1440};
      break;
    case Unit::hours:
      size = {n / 24, n / 24};
      break;
    case Unit::days:
      size = {n, n};
      break;
    case Unit::weeks:
      size = {7 * n, 7 * n};
      break;
    case Unit::months:
      size = {28 * n, 31 * n};
      break;
    case Unit::workdays:
      size = {n, n * 7 / 5 + kLongestHoliday};
      break;
  }
  return step.count < 0 ? Offset{-size.most, -size.least} : size;
}

bool has_clock_step(const Schedule& schedule) {
  return std::any_of(schedule.steps.begin(), schedule.steps.end(),
                     [](const Step& s) { return s.unit == Unit::minutes || s.unit == Unit::hours; });
}

Offset plus(Offset a, double days) { return {a.least + days, a.most + days}; }

bool same_steps(const std::vector<Step>& a, const std::vector<Step>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const Step& x, const Step& y) { return x.count == y.count && x.unit == y.unit; });
}

}  // namespace

Offset offset_of(const std::vector<Step>& steps) {
  Offset sum;
  for (const Step& step : steps) {
    const Offset one = step_offset(step);
    sum = {sum.least + one.least, sum.most + one.most};
  }
  return sum;
}

Offset stage_offset(const Schedule& schedule) {
  const Offset days = offset_of(schedule.steps);
  if (schedule.time) return plus(days, schedule.time->seconds / 86'400.0);
  return has_clock_step(schedule) || schedule.steps.empty() ? days : plus(days, kDefaultTime);
}

Offset deadline_offset(const Schedule& schedule, bool instant_anchor) {
  const Offset days = offset_of(schedule.steps);
  if (schedule.time) return plus(days, schedule.time->seconds / 86'400.0);
  if (has_clock_step(schedule) || (instant_anchor && schedule.steps.empty())) return days;
  return plus(days, 1);
}

bool same_instant(const Schedule& a, const Schedule& b) {
  return a.anchor == b.anchor && a.level == b.level && a.field == b.field && a.time == b.time &&
         same_steps(a.steps, b.steps);
}

}  // namespace duban::rule
