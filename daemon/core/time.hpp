// Instants, dates and the one configured time zone.
//
// Instants are UTC with millisecond resolution; dates belong to the configured zone. Nothing here reads a
// clock: see core/clock.hpp.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace duban {

using Duration = std::chrono::milliseconds;
using Instant = std::chrono::time_point<std::chrono::system_clock, Duration>;

/// "No instant": later than every real one, so that a minimum over instants ignores it.
inline constexpr Instant kNever{Duration{INT64_MAX}};

inline constexpr Instant instant_of_ms(int64_t ms) { return Instant{Duration{ms}}; }
inline constexpr int64_t ms_of(Instant t) { return t.time_since_epoch().count(); }

/// A civil date, as days since 1970-01-01. Has no zone of its own.
struct Date {
  int32_t days = 0;

  auto operator<=>(const Date&) const = default;
  friend constexpr Date operator+(Date d, int n) { return Date{d.days + n}; }
  friend constexpr Date operator-(Date d, int n) { return Date{d.days - n}; }
  friend constexpr int operator-(Date a, Date b) { return a.days - b.days; }
  Date& operator++() { return ++days, *this; }
  Date& operator--() { return --days, *this; }

  static Date of(int year, unsigned month, unsigned day);
  /// "2023-02-07". Nothing else is a date.
  static std::optional<Date> parse(std::string_view text);

  int year() const;
  unsigned month() const;
  unsigned day() const;
  /// 0 = Sunday … 6 = Saturday.
  unsigned weekday() const;
  /// The same day n months on; the month's last day where that day does not exist (01-31 + 1 month = 02-28).
  Date add_months(int n) const;
  std::string str() const;
};

/// Seconds since local midnight; 86'400 is "24:00", the end of the day.
struct TimeOfDay {
  int32_t seconds = 0;
  auto operator<=>(const TimeOfDay&) const = default;
  /// "09:00", "24:00", "08:30:15".
  static std::optional<TimeOfDay> parse(std::string_view text);
};
inline constexpr TimeOfDay kEndOfDay{86'400};

struct LocalTime {
  Date date;
  TimeOfDay time;
};

/// The configured zone ("Asia/Shanghai"). Immutable, cheap to copy, safe from any thread.
class Zone {
 public:
  /// Empty if the time zone database has no such zone.
  static std::optional<Zone> find(const std::string& name);
  static Zone shanghai();

  LocalTime local(Instant t) const;
  Date date(Instant t) const { return local(t).date; }
  /// The instant of a local date and time. In a gap (a clock set forward) the first instant after it; of an
  /// ambiguous time the earlier instant.
  Instant instant(Date d, TimeOfDay t) const;
  /// Start of the day after `d`: a due date lasts until here.
  Instant end_of(Date d) const { return instant(d, kEndOfDay); }
  const std::string& name() const { return name_; }

  /// "2023-02-07T09:00:00+08:00", with ".123" only if there are milliseconds.
  std::string format(Instant t) const;
  /// RFC 3339 with offset or Z; a time without offset ("2023-01-19T10:00", "2023-01-19T10:00:00") and a bare
  /// date (midnight) are local to this zone.
  std::optional<Instant> parse(std::string_view text) const;

 private:
  Zone(const void* zone, std::string name) : zone_(zone), name_(std::move(name)) {}
  const void* zone_;  // const date::time_zone*, owned by the library's database for ever
  std::string name_;
};

/// RFC 3339 with an offset or Z only. About 30 ns; fractions beyond milliseconds are cut.
std::optional<Instant> parse_rfc3339(std::string_view text);
/// "2023-02-07T01:00:00Z" (UTC).
std::string format_utc(Instant t);

/// "30s", "90m", "24h", "10d", "500ms", or several in a row ("1h30m"). Empty if malformed.
std::optional<Duration> parse_duration(std::string_view text);

}  // namespace duban
