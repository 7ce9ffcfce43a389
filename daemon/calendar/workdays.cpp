#include "calendar/workdays.hpp"

#include <algorithm>

namespace duban::calendar {
namespace {

// 1970-01-05, the first Monday of the count of days.
constexpr int64_t kMonday = 4;
// 0001-01-01 and 9999-12-31: sums stop there, so that every date has four digits.
constexpr int64_t kEarliest = -719'162, kLatest = 2'932'896;

int64_t floor_div(int64_t a, int64_t b) { return a / b - (a % b < 0); }

/// Mondays to Fridays from kMonday up to and with day `d`; negative before.
int64_t plain_count(int64_t d) {
  const int64_t days = d - kMonday + 1;
  const int64_t weeks = floor_div(days, 7);
  return weeks * 5 + std::min<int64_t>(days - weeks * 7, 5);
}

/// The day with which plain_count() reaches `n`.
Date plain_nth(int64_t n) {
  const int64_t weeks = floor_div(n - 1, 5);
  const int64_t day = kMonday + weeks * 7 + (n - 1 - weeks * 5);
  return Date{static_cast<int32_t>(std::clamp(day, kEarliest, kLatest))};
}

}  // namespace

Workdays::Workdays(const std::map<Date, bool>& exceptions)
    : first_(Date::of(kFirstYear, 1, 1)), last_(Date::of(kLastYear, 12, 31)) {
  counts_.push_back(0);
  auto exception = exceptions.lower_bound(first_);
  for (Date d = first_; d <= last_; ++d) {
    bool worked = d.weekday() != 0 && d.weekday() != 6;
    if (exception != exceptions.end() && exception->first == d) worked = (exception++)->second;
    if (worked) days_.push_back(d);
    counts_.push_back(static_cast<int32_t>(days_.size()));
  }
}

int64_t Workdays::count(Date d) const {
  const int64_t before = first_.days - int64_t{1};
  if (d.days < before) return plain_count(d.days) - plain_count(before);
  if (d > last_) return counts_.back() + plain_count(d.days) - plain_count(last_.days);
  return counts_[static_cast<size_t>(d.days - before)];
}

Date Workdays::nth(int64_t n) const {
  const auto inside = static_cast<int64_t>(days_.size());
  if (n <= 0) return plain_nth(n + plain_count(first_.days - int64_t{1}));
  if (n > inside) return plain_nth(n - inside + plain_count(last_.days));
  return days_[static_cast<size_t>(n - 1)];
}

}  // namespace duban::calendar
