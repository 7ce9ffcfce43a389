#include "core/time.hpp"

#include <fmt/format.h>

#include <array>

#include "core/digits.hpp"

namespace duban {
namespace {

using std::chrono::year_month_day;

constexpr int64_t kSecondsOfDay = 86'400;

year_month_day civil(Date d) { return year_month_day{std::chrono::sys_days{std::chrono::days{d.days}}}; }

Date date_of(year_month_day ymd) {
  return Date{static_cast<int32_t>(std::chrono::sys_days{ymd}.time_since_epoch().count())};
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// `count` digits at `at` as a number, or -1. The caller has checked the length.
int digits(std::string_view text, size_t at, size_t count) {
  int value = 0;
  for (size_t i = at; i < at + count; ++i) {
    if (!is_digit(text[i])) return -1;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

/// Days since 1970-01-01 (Howard Hinnant, "chrono-compatible low-level date algorithms"): three times as fast
/// as going through year_month_day, and the instants of events are parsed on the hot path.
int64_t days_from_civil(int year, int month, int day) {
  year -= month <= 2;
  const int era = (year >= 0 ? year : year - 399) / 400;
  const int year_of_era = year - era * 400;
  const int day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  const int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return int64_t{era} * 146'097 + day_of_era - 719'468;
}

int days_in_month(int year, int month) {
  static constexpr std::array kDays{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return kDays[static_cast<size_t>(month - 1)] + (month == 2 && leap ? 1 : 0);
}

/// The days of "2023-02-07", the first ten characters of `text`.
std::optional<int64_t> parse_days(std::string_view text) {
  if (text.size() < 10 || text[4] != '-' || text[7] != '-') return {};
  const int year = digits(text, 0, 4), month = digits(text, 5, 2), day = digits(text, 8, 2);
  if (year < 0 || month < 1 || month > 12 || day < 1 || day > days_in_month(year, month)) return {};
  return days_from_civil(year, month, day);
}

/// Reads ".123" and moves `at` behind it; digits beyond milliseconds are cut. -1 if there are no digits.
int parse_fraction(std::string_view text, size_t& at) {
  int ms = 0, scale = 100;
  const size_t begin = ++at;
  for (; at < text.size() && is_digit(text[at]); ++at, scale /= 10) ms += (text[at] - '0') * scale;
  return at == begin ? -1 : ms;
}

/// Minutes east of UTC of "Z" or "+08:00", the rest of a time stamp.
std::optional<int> parse_offset(std::string_view text) {
  if (text == "Z" || text == "z") return 0;
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') return {};
  const int hour = digits(text, 1, 2), minute = digits(text, 4, 2);
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59) return {};
  return (text[0] == '-' ? -1 : 1) * (hour * 60 + minute);
}

struct Unit {
  std::string_view name;
  int64_t ms;
};
// From large to small, which is also the order in which they may follow each other.
constexpr std::array kUnits{Unit{"d", 86'400'000}, Unit{"h", 3'600'000}, Unit{"m", 60'000}, Unit{"s", 1'000},
                            Unit{"ms", 1}};

}  // namespace

Date Date::of(int year, unsigned month, unsigned day) {
  return date_of({std::chrono::year{year}, std::chrono::month{month}, std::chrono::day{day}});
}

std::optional<Date> Date::parse(std::string_view text) {
  if (text.size() != 10) return {};
  const auto days = parse_days(text);
  if (!days) return {};
  return Date{static_cast<int32_t>(*days)};
}

int Date::year() const { return static_cast<int>(civil(*this).year()); }
unsigned Date::month() const { return static_cast<unsigned>(civil(*this).month()); }
unsigned Date::day() const { return static_cast<unsigned>(civil(*this).day()); }
unsigned Date::weekday() const {
  return std::chrono::weekday{std::chrono::sys_days{std::chrono::days{days}}}.c_encoding();
}

Date Date::add_months(int n) const {
  const year_month_day moved = civil(*this) + std::chrono::months{n};
  return moved.ok() ? date_of(moved) : date_of(moved.year() / moved.month() / std::chrono::last);
}

std::string Date::str() const {
  const year_month_day ymd = civil(*this);
  const int this_year = static_cast<int>(ymd.year());
  if (this_year < 0 || this_year > 9999) {  // no date that RFC 3339 could write; for messages only
    return fmt::format("{:04}-{:02}-{:02}", this_year, static_cast<unsigned>(ymd.month()),
                       static_cast<unsigned>(ymd.day()));
  }
  std::string out = "0000-00-00";
  put_digits(out, 0, 4, static_cast<unsigned>(this_year));
  put_digits(out, 5, 2, static_cast<unsigned>(ymd.month()));
  put_digits(out, 8, 2, static_cast<unsigned>(ymd.day()));
  return out;
}

std::optional<TimeOfDay> TimeOfDay::parse(std::string_view text) {
  if ((text.size() != 5 && text.size() != 8) || text[2] != ':') return {};
  const int hour = digits(text, 0, 2), minute = digits(text, 3, 2);
  if (text.size() == 8 && text[5] != ':') return {};
  const int second = text.size() == 8 ? digits(text, 6, 2) : 0;
  if (hour < 0 || minute < 0 || minute > 59 || second < 0 || second > 59) return {};
  const TimeOfDay time{hour * 3600 + minute * 60 + second};
  if (time > kEndOfDay) return {};
  return time;
}

std::optional<Instant> parse_rfc3339(std::string_view text) {
  if (text.size() < 20 || (text[10] != 'T' && text[10] != 't') || text[13] != ':' || text[16] != ':')
    return {};
  const auto days = parse_days(text);
  const int hour = digits(text, 11, 2), minute = digits(text, 14, 2), second = digits(text, 17, 2);
  if (!days || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60) return {};
  size_t at = 19;
  const int ms = text[at] == '.' ? parse_fraction(text, at) : 0;
  const auto offset = parse_offset(text.substr(at));
  if (ms < 0 || !offset) return {};
  const int64_t seconds = *days * kSecondsOfDay + (hour * 60 + minute - *offset) * 60 + second;
  if (second == 60 && seconds % kSecondsOfDay != 0) return {};  // a leap second ends a UTC day
  return instant_of_ms(seconds * 1000 + ms);
}

std::optional<Duration> parse_duration(std::string_view text) {
  int64_t total = 0;
  size_t largest_allowed = 0;  // index into kUnits: each unit once, from large to small
  if (text.empty()) return {};
  while (!text.empty()) {
    size_t length = 0;
    int64_t number = 0;
    for (; length < text.size() && is_digit(text[length]); ++length) {
      if (__builtin_mul_overflow(number, 10, &number) ||
          __builtin_add_overflow(number, text[length] - '0', &number))
        return {};
    }
    if (length == 0) return {};
    text.remove_prefix(length);
    const std::string_view name = text.substr(0, text.find_first_of("0123456789"));
    size_t unit = largest_allowed;
    while (unit < kUnits.size() && kUnits[unit].name != name) ++unit;
    if (unit == kUnits.size()) return {};
    if (__builtin_mul_overflow(number, kUnits[unit].ms, &number) ||
        __builtin_add_overflow(total, number, &total))
      return {};
    largest_allowed = unit + 1;
    text.remove_prefix(name.size());
  }
  return Duration{total};
}

}  // namespace duban
