// Lunar years and solar terms as data, made by scripts/calendar-data. lunar.hpp reads it.
//
// A year of the lunar calendar begins with its New Year's day and has 12 or 13 months of 29 (s) or 30 days
// (l); a leap month bears the number of the one before it. The solar terms are those of the solar year of
// that number.
#pragma once

#include <array>

#include "calendar/lunar.hpp"

namespace duban::calendar {

struct LunarYear {
  char new_year[5];  // MMDD
  int leap;          // the month that is followed by a leap month; 0: none
  char months[14];   // a letter for each month in order, the leap month among them
  char terms[25];    // a digit for each solar term from 小寒 on: its day of the month less kTermBase
};

/// The day of the month before which a solar term never falls; terms 2n and 2n + 1 lie in month n + 1.
inline constexpr std::array<int, 24> kTermBase{4, 19, 3, 18, 4, 19, 4, 19, 4, 20, 4, 20,
                                               6, 22, 6, 22, 6, 22, 7, 22, 6, 21, 6, 21};

extern const std::array<LunarYear, kLastLunarYear - kFirstLunarYear + 1> kLunarYears;

}  // namespace duban::calendar
