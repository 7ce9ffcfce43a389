// Workday sums in constant time: how many workdays lie up to a day, and which day is the n-th.
//
// Rules ask several times per event, so the answers stand in two tables from kFirstYear to kLastYear; outside
// of it every Monday to Friday is worked. Immutable; any thread.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "core/time.hpp"

namespace duban::calendar {

inline constexpr int kFirstYear = 2000;
inline constexpr int kLastYear = 2100;

class Workdays {
 public:
  /// `exceptions`: days whose being worked differs from Monday to Friday; those outside the table are
  /// ignored.
  explicit Workdays(const std::map<Date, bool>& exceptions = {});

  bool is_workday(Date d) const { return count(d) != count(d - 1); }
  /// Workdays up to and with `d`, counted from the beginning of the table; negative before it.
  int64_t count(Date d) const;
  /// The day with which count() reaches `n`. Stops at 0001-01-01 and 9999-12-31.
  Date nth(int64_t n) const;

 private:
  Date first_, last_;            // the table's
  std::vector<int32_t> counts_;  // of each day, from the day before first_
  std::vector<Date> days_;       // the workdays of the table in order
};

}  // namespace duban::calendar
