// Timestamps and durations of CEL: nanoseconds, years 1 to 9999, and their texts. core/time.hpp has the
// milliseconds of everything else.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "cel/value.hpp"

namespace duban::cel {

/// 0001-01-01T00:00:00Z and 9999-12-31T23:59:59Z.
inline constexpr int64_t kFirstSecond = -62'135'596'800;
inline constexpr int64_t kLastSecond = 253'402'300'799;

/// Ten thousand years of them need 69 bits.
__extension__ typedef __int128 Nanoseconds;

/// A timestamp or a duration in its range (of a duration: what 64 bits of nanoseconds hold), else an error
/// value.
Value make_timestamp(Nanoseconds nanoseconds);
Value make_duration(Nanoseconds nanoseconds);
/// Of a timestamp (since 1970) or a duration.
Nanoseconds nanoseconds_of(const Value& v);

struct CivilTime {
  int year = 1970;
  int month = 1;  // 1…12
  int day = 1;
  int hour = 0, minute = 0, second = 0;
  int weekday = 0;      // 0 = Sunday
  int day_of_year = 0;  // from 0
};
/// `seconds` since 1970 of the local clock.
CivilTime civil_of(int64_t seconds);
int64_t seconds_of(int year, unsigned month, unsigned day, int hour, int minute, int second);

/// RFC 3339 with an offset or Z, up to nine digits of fraction.
std::optional<Value> parse_timestamp(std::string_view text);
/// "1h30m", "-1.5s", "20ms", "3us", "7ns".
std::optional<Value> parse_cel_duration(std::string_view text);

void append_timestamp(std::string& out, const Value& v);  // "2023-02-07T01:00:00.5Z"
void append_duration(std::string& out, const Value& v);   // "-1.5s"
void append_double(std::string& out, double d);  // shortest that reads back the same; "NaN", "-Infinity"

}  // namespace duban::cel
