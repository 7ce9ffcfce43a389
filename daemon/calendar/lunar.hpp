// Dates of the lunar calendar (农历) and the 24 solar terms (节气), 1901 to 2100, Beijing time.
//
// From a shipped table (lunar_table.hpp), because the rules need the true sun and moon: ICU, which computes
// them roughly, is wrong for the New Years of 2027 and 2030. No state; any thread.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "core/time.hpp"

namespace duban::calendar {

inline constexpr int kFirstLunarYear = 1901;
inline constexpr int kLastLunarYear = 2100;

/// 正月初一 is {year, 1, 1}; the year is that in which its New Year lies.
struct LunarDate {
  int year = 0;
  int month = 1;
  int day = 1;
  bool leap = false;  // 闰月
  bool operator==(const LunarDate&) const = default;
};

/// The day that a lunar date is; nothing if there is no such day, or the year is outside the table.
std::optional<Date> solar_date(const LunarDate& lunar);
/// The lunar date of a day; nothing outside the table.
std::optional<LunarDate> lunar_date(Date day);

/// Ids of the solar terms in order of the solar year: minor-cold 小寒, major-cold 大寒, … qingming 清明, …
const std::vector<std::string_view>& solar_terms();
/// The day of a solar term, by its place in solar_terms(); nothing outside the table.
std::optional<Date> solar_term(int year, size_t term);

}  // namespace duban::calendar
