#include "calendar/lunar.hpp"

#include "calendar/lunar_table.hpp"

namespace duban::calendar {
namespace {

const LunarYear* year_of(int year) {
  if (year < kFirstLunarYear || year > kLastLunarYear) return nullptr;
  return &kLunarYears[static_cast<size_t>(year - kFirstLunarYear)];
}

unsigned two_digits(const char* text) {
  return static_cast<unsigned>((text[0] - '0') * 10 + (text[1] - '0'));
}

Date new_year(const LunarYear& data, int year) {
  return Date::of(year, two_digits(data.new_year), two_digits(data.new_year + 2));
}

int length(char month) { return month == 'l' ? 30 : 29; }

}  // namespace

std::optional<Date> solar_date(const LunarDate& lunar) {
  const LunarYear* data = year_of(lunar.year);
  if (data == nullptr || lunar.month < 1 || lunar.month > 12) return {};
  if (lunar.leap && lunar.month != data->leap) return {};
  const bool behind_leap = lunar.leap || (data->leap > 0 && lunar.month > data->leap);
  const int position = lunar.month - 1 + (behind_leap ? 1 : 0);
  if (lunar.day < 1 || lunar.day > length(data->months[position])) return {};
  Date day = new_year(*data, lunar.year) + (lunar.day - 1);
  for (int i = 0; i < position; ++i) day = day + length(data->months[i]);
  return day;
}

std::optional<LunarDate> lunar_date(Date day) {
  int year = day.year();
  const LunarYear* data = year_of(year);
  if (data == nullptr || day < new_year(*data, year)) data = year_of(--year);
  if (data == nullptr) return {};
  int left = day - new_year(*data, year);
  LunarDate lunar{year, 1, 1, false};
  for (const char* month = data->months; *month != '\0'; ++month) {
    if (left < length(*month)) {
      lunar.day = left + 1;
      return lunar;
    }
    left -= length(*month);
    if (!lunar.leap && lunar.month == data->leap) {
      lunar.leap = true;
    } else {
      lunar.leap = false;
      ++lunar.month;
    }
  }
  return {};  // beyond the last year of the table
}

const std::vector<std::string_view>& solar_terms() {
  static const std::vector<std::string_view> ids{
      "minor-cold",      "major-cold",     "start-of-spring", "rain-water",        // 小寒 大寒 立春 雨水
      "insects-awaken",  "spring-equinox", "qingming",        "grain-rain",        // 惊蛰 春分 清明 谷雨
      "start-of-summer", "minor-fullness", "grain-in-ear",    "summer-solstice",   // 立夏 小满 芒种 夏至
      "minor-heat",      "major-heat",     "start-of-autumn", "end-of-heat",       // 小暑 大暑 立秋 处暑
      "white-dew",       "autumn-equinox", "cold-dew",        "frost-descent",     // 白露 秋分 寒露 霜降
      "start-of-winter", "minor-snow",     "major-snow",      "winter-solstice"};  // 立冬 小雪 大雪 冬至
  return ids;
}

std::optional<Date> solar_term(int year, size_t term) {
  const LunarYear* data = year_of(year);
  if (data == nullptr || term >= kTermBase.size()) return {};
  const int day = kTermBase[term] + (data->terms[term] - '0');
  return Date::of(year, static_cast<unsigned>(term / 2 + 1), static_cast<unsigned>(day));
}

}  // namespace duban::calendar
