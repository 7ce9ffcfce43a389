#include "cel/civil.hpp"

#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdio>

namespace duban::cel {
namespace {

constexpr int64_t kBillion = 1'000'000'000;

/// Reads a fixed number of digits and moves on; false if there are fewer.
bool take_digits(std::string_view& text, size_t count, int& out) {
  if (text.size() < count) return false;
  out = 0;
  for (size_t i = 0; i < count; ++i) {
    if (text[i] < '0' || text[i] > '9') return false;
    out = out * 10 + (text[i] - '0');
  }
  text.remove_prefix(count);
  return true;
}

bool take(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

bool take_fraction(std::string_view& text, int64_t& nanos) {
  nanos = 0;
  if (!take(text, '.')) return true;
  int64_t unit = kBillion / 10;
  bool any = false;
  while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
    if (unit == 0) return false;
    nanos += (text.front() - '0') * unit;
    unit /= 10;
    any = true;
    text.remove_prefix(1);
  }
  return any;
}

bool take_offset(std::string_view& text, int& seconds) {
  seconds = 0;
  if (take(text, 'Z') || take(text, 'z')) return true;
  int sign = take(text, '+') ? 1 : take(text, '-') ? -1 : 0;
  int hours = 0, minutes = 0;
  if (sign == 0 || !take_digits(text, 2, hours) || !take(text, ':') || !take_digits(text, 2, minutes))
    return false;
  if (hours > 23 || minutes > 59) return false;
  seconds = sign * (hours * 3600 + minutes * 60);
  return true;
}

void append_fraction(std::string& out, uint32_t nanos) {
  if (nanos == 0) return;
  char digits[12];
  std::snprintf(digits, sizeof digits, ".%09u", nanos);
  std::string_view text = digits;
  while (text.back() == '0') text.remove_suffix(1);
  out += text;
}

/// Nanoseconds of one unit of a duration's text, removing it; 0 if there is none.
int64_t take_unit(std::string_view& text) {
  static constexpr std::pair<std::string_view, int64_t> kUnits[] = {
      {"ns", 1},         {"us", 1000},    {"\u00b5s", 1000},    {"\u03bcs", 1000},
      {"ms", 1'000'000}, {"s", kBillion}, {"m", 60 * kBillion}, {"h", 3600 * kBillion}};
  for (const auto& [name, size] : kUnits) {
    if (!text.starts_with(name)) continue;
    text.remove_prefix(name.size());
    return size;
  }
  return 0;
}

/// One "12.5h" of a duration; false if malformed or absurdly long.
bool take_term(std::string_view& text, Nanoseconds& total) {
  Nanoseconds whole = 0;
  Nanoseconds fraction = 0, scale = 1;
  bool digits = false;
  while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
    whole = whole * 10 + (text.front() - '0');
    if (whole > INT64_MAX) return false;
    digits = true;
    text.remove_prefix(1);
  }
  if (take(text, '.')) {
    while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
      if (scale < 1'000'000'000'000'000) fraction = fraction * 10 + (text.front() - '0'), scale *= 10;
      digits = true;
      text.remove_prefix(1);
    }
  }
  int64_t unit = digits ? take_unit(text) : 0;
  if (unit == 0) return false;
  total += whole * unit + fraction * unit / scale;
  return true;
}

}  // namespace

Value make_timestamp(Nanoseconds ns) {
  if (ns < static_cast<Nanoseconds>(kFirstSecond) * kBillion ||
      ns >= (static_cast<Nanoseconds>(kLastSecond) + 1) * kBillion) {
    return Value::error("timestamp out of range: years 1 to 9999");
  }
  int64_t seconds = static_cast<int64_t>(ns / kBillion);
  int64_t nanos = static_cast<int64_t>(ns % kBillion);
  if (nanos < 0) nanos += kBillion, --seconds;
  return Value::timestamp(seconds, static_cast<uint32_t>(nanos));
}

Value make_duration(Nanoseconds ns) {
  if (ns < INT64_MIN || ns > INT64_MAX) return Value::error("duration out of range: 292 years");
  int64_t seconds = static_cast<int64_t>(ns / kBillion);
  int64_t nanos = static_cast<int64_t>(ns % kBillion);
  if (nanos < 0) nanos += kBillion, --seconds;
  return Value::duration(seconds, static_cast<uint32_t>(nanos));
}

Nanoseconds nanoseconds_of(const Value& v) {
  return static_cast<Nanoseconds>(v.seconds()) * kBillion + v.nanos();
}

CivilTime civil_of(int64_t seconds) {
  using namespace std::chrono;
  auto time = sys_seconds{std::chrono::seconds{seconds}};
  auto day = floor<days>(time);
  year_month_day ymd{day};
  hh_mm_ss clock{time - day};
  CivilTime t;
  t.year = static_cast<int>(ymd.year());
  t.month = static_cast<int>(static_cast<unsigned>(ymd.month()));
  t.day = static_cast<int>(static_cast<unsigned>(ymd.day()));
  t.hour = static_cast<int>(clock.hours().count());
  t.minute = static_cast<int>(clock.minutes().count());
  t.second = static_cast<int>(clock.seconds().count());
  t.weekday = static_cast<int>(weekday{day}.c_encoding());
  t.day_of_year = static_cast<int>((day - sys_days{ymd.year() / January / 1}).count());
  return t;
}

int64_t seconds_of(int year, unsigned month, unsigned day, int hour, int minute, int second) {
  using namespace std::chrono;
  sys_days date = std::chrono::year{year} / std::chrono::month{month} / std::chrono::day{day};
  return date.time_since_epoch().count() * int64_t{86'400} + hour * 3600 + minute * 60 + second;
}

std::optional<Value> parse_timestamp(std::string_view text) {
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, offset = 0;
  int64_t nanos = 0;
  if (!take_digits(text, 4, year) || !take(text, '-') || !take_digits(text, 2, month) || !take(text, '-') ||
      !take_digits(text, 2, day) || !(take(text, 'T') || take(text, 't')) || !take_digits(text, 2, hour) ||
      !take(text, ':') || !take_digits(text, 2, minute) || !take(text, ':') ||
      !take_digits(text, 2, second) || !take_fraction(text, nanos) || !take_offset(text, offset) ||
      !text.empty()) {
    return std::nullopt;
  }
  using namespace std::chrono;
  auto ymd = std::chrono::year{year} / month / day;
  if (!ymd.ok() || hour > 23 || minute > 59 || second > 59) return std::nullopt;
  int64_t seconds =
      seconds_of(year, static_cast<unsigned>(month), static_cast<unsigned>(day), hour, minute, second);
  Value v = make_timestamp(static_cast<Nanoseconds>(seconds - offset) * kBillion + nanos);
  if (v.is_error()) return std::nullopt;
  return v;
}

std::optional<Value> parse_cel_duration(std::string_view text) {
  bool negative = take(text, '-');
  if (!negative) take(text, '+');
  if (text == "0") return Value::duration(0, 0);
  if (text.empty()) return std::nullopt;
  Nanoseconds total = 0;
  while (!text.empty()) {
    if (!take_term(text, total)) return std::nullopt;
  }
  Value v = make_duration(negative ? -total : total);
  if (v.is_error()) return std::nullopt;
  return v;
}

void append_timestamp(std::string& out, const Value& v) {
  CivilTime t = civil_of(v.seconds());
  char text[40];
  std::snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d", t.year, t.month, t.day, t.hour, t.minute,
                t.second);
  out += text;
  append_fraction(out, v.nanos());
  out += 'Z';
}

void append_duration(std::string& out, const Value& v) {
  int64_t seconds = v.seconds();
  uint32_t nanos = v.nanos();
  if (seconds < 0) {
    out += '-';
    seconds = -seconds;
    if (nanos > 0) nanos = static_cast<uint32_t>(kBillion) - nanos, --seconds;
  }
  out += std::to_string(seconds);
  append_fraction(out, nanos);
  out += 's';
}

void append_double(std::string& out, double d) {
  if (std::isnan(d)) {
    out += "NaN";
  } else if (std::isinf(d)) {
    out += d < 0 ? "-Infinity" : "Infinity";
  } else {
    char text[32];
    out.append(text, std::to_chars(text, text + sizeof text, d).ptr);
  }
}

}  // namespace duban::cel
