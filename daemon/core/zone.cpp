// Zone and the formatting of instants, on Howard Hinnant's date library and the system's time zone database.
#include <date/tz.h>
#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "core/time.hpp"

#include "core/digits.hpp"

namespace duban {
namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::minutes;
using std::chrono::seconds;

const date::time_zone* zone_of(const void* zone) { return static_cast<const date::time_zone*>(zone); }

/// kNever and its like are far outside of what a calendar can say; they are shown as its last instant.
Instant clamped(Instant t) {
  constexpr Instant kFirst = instant_of_ms(-62'167'219'200'000);  // 0000-01-01T00:00:00Z
  constexpr Instant kLast = instant_of_ms(253'402'214'400'000);   // 9999-12-31T00:00:00Z
  return std::clamp(t, kFirst, kLast);
}

/// The clock reading `shift` east of UTC.
LocalTime reading(Instant t, seconds shift) {
  const auto local = floor<seconds>(t.time_since_epoch()) + shift;
  const auto day = floor<days>(local);
  return {Date{static_cast<int32_t>(day.count())}, TimeOfDay{static_cast<int32_t>((local - day).count())}};
}

seconds offset_at(const date::time_zone* zone, Instant t) { return zone->get_info(floor<seconds>(t)).offset; }

std::string write(Instant t, seconds shift) {
  const LocalTime local = reading(t, shift);
  const auto second = static_cast<unsigned>(local.time.seconds);
  std::string text = local.date.str() + "T00:00:00";
  const size_t end = text.size();
  put_digits(text, end - 8, 2, second / 3600);
  put_digits(text, end - 5, 2, second / 60 % 60);
  put_digits(text, end - 2, 2, second % 60);
  const auto ms = (t - floor<seconds>(t)).count();
  if (ms == 0) return text;
  text += ".000";
  put_digits(text, end + 1, 3, static_cast<unsigned>(ms));
  return text;
}

}  // namespace

std::optional<Zone> Zone::find(const std::string& name) {
  try {
    return Zone{date::locate_zone(name), name};
  } catch (const std::runtime_error&) {  // the library's way to say that it has no such zone
    return {};
  }
}

Zone Zone::shanghai() { return Zone{date::locate_zone("Asia/Shanghai"), "Asia/Shanghai"}; }

LocalTime Zone::local(Instant t) const {
  t = clamped(t);
  return reading(t, offset_at(zone_of(zone_), t));
}

Instant Zone::instant(Date d, TimeOfDay t) const {
  const date::local_seconds local{days{d.days} + seconds{t.seconds}};
  const date::local_info info = zone_of(zone_)->get_info(local);
  if (info.result == date::local_info::nonexistent) return Instant{info.second.begin.time_since_epoch()};
  return Instant{local.time_since_epoch() - info.first.offset};
}

std::string Zone::format(Instant t) const {
  t = clamped(t);
  // RFC 3339 knows no seconds in an offset, local mean times before 1901 have them: the nearest whole minute
  // is an offset that names the same instant.
  const auto east = std::chrono::round<minutes>(offset_at(zone_of(zone_), t));
  const auto size = std::chrono::abs(east).count();
  return write(t, east) + fmt::format("{}{:02}:{:02}", east < minutes{0} ? '-' : '+', size / 60, size % 60);
}

std::optional<Instant> Zone::parse(std::string_view text) const {
  const auto day = Date::parse(text.substr(0, 10));
  if (!day) return {};
  if (text.size() == 10) return instant(*day, TimeOfDay{0});
  if (text[10] == 'T' && (text.size() == 16 || text.size() == 19)) {
    const auto time = TimeOfDay::parse(text.substr(11));
    return time ? std::optional{instant(*day, *time)} : std::nullopt;
  }
  return parse_rfc3339(text);
}

std::string format_utc(Instant t) { return write(clamped(t), seconds{0}) + "Z"; }

}  // namespace duban
