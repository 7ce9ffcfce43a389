#include <catch2/catch.hpp>

#include "core/time.hpp"

using namespace duban;

namespace {

std::string utc(std::string_view text) {
  const auto t = parse_rfc3339(text);
  return t ? format_utc(*t) : "refused";
}

}  // namespace

TEST_CASE("a date is four, two and two digits and nothing else") {
  CHECK(Date::parse("2023-02-07") == Date::of(2023, 2, 7));
  CHECK(Date::parse("1970-01-01")->days == 0);
  CHECK(Date::parse("1969-12-31")->days == -1);
  for (const char* bad :
       {"", "2023-2-7", "2023-02-07 ", " 2023-02-07", "2023/02/07", "20230207", "2023-02-07T00:00",
        "2023-00-07", "2023-13-07", "2023-02-00", "2023-02-29", "2023-04-31", "202a-02-07", "-023-02-07"})
    CHECK_FALSE(Date::parse(bad));
}

TEST_CASE("leap days exist in leap years only") {
  CHECK(Date::parse("2024-02-29"));
  CHECK(Date::parse("2000-02-29"));
  CHECK_FALSE(Date::parse("1900-02-29"));
  CHECK_FALSE(Date::parse("2025-02-29"));
}

TEST_CASE("every day of four centuries parses to the day after the one before it") {
  Date day = Date::of(1800, 1, 1);
  for (int i = 0; i < 146'097; ++i, ++day) REQUIRE(Date::parse(day.str()) == day);
  CHECK(day == Date::of(2200, 1, 1));
}

TEST_CASE("a date knows its parts and its weekday") {
  const Date spring_festival = Date::of(2023, 1, 22);
  CHECK(spring_festival.year() == 2023);
  CHECK(spring_festival.month() == 1);
  CHECK(spring_festival.day() == 22);
  CHECK(spring_festival.weekday() == 0);
  CHECK((spring_festival - 1).weekday() == 6);
  CHECK(Date::of(1969, 12, 31).weekday() == 3);
  CHECK(spring_festival.str() == "2023-01-22");
  CHECK(Date::of(2023, 3, 1) - Date::of(2023, 2, 1) == 28);
}

TEST_CASE("adding months keeps the day or ends at the month's last") {
  CHECK(Date::of(2023, 1, 31).add_months(1) == Date::of(2023, 2, 28));
  CHECK(Date::of(2024, 1, 31).add_months(1) == Date::of(2024, 2, 29));
  CHECK(Date::of(2023, 1, 31).add_months(3) == Date::of(2023, 4, 30));
  CHECK(Date::of(2023, 11, 30).add_months(3) == Date::of(2024, 2, 29));
  CHECK(Date::of(2023, 3, 31).add_months(-1) == Date::of(2023, 2, 28));
  CHECK(Date::of(2023, 1, 15).add_months(-13) == Date::of(2021, 12, 15));
  CHECK(Date::of(2023, 1, 15).add_months(0) == Date::of(2023, 1, 15));
}

TEST_CASE("24:00 is a time of day and 24:01 is none") {
  CHECK(TimeOfDay::parse("24:00") == kEndOfDay);
  CHECK(TimeOfDay::parse("24:00:00") == kEndOfDay);
  CHECK(TimeOfDay::parse("00:00")->seconds == 0);
  CHECK(TimeOfDay::parse("09:00")->seconds == 32'400);
  CHECK(TimeOfDay::parse("08:30:15")->seconds == 30'615);
  for (const char* bad : {"", "9:00", "09:60", "24:01", "24:00:01", "25:00", "09:00:60", "09-00",
                          "09:00:", "09:00:1", "ab:cd", "09:00+08:00"})
    CHECK_FALSE(TimeOfDay::parse(bad));
}

TEST_CASE("RFC 3339 time stamps are read with any offset") {
  CHECK(utc("2023-02-07T09:00:00+08:00") == "2023-02-07T01:00:00Z");
  CHECK(utc("2023-02-07T01:00:00Z") == "2023-02-07T01:00:00Z");
  CHECK(utc("2023-02-07t01:00:00z") == "2023-02-07T01:00:00Z");
  CHECK(utc("2023-01-01T00:30:00+05:45") == "2022-12-31T18:45:00Z");
  CHECK(utc("2023-12-31T23:30:00-01:00") == "2024-01-01T00:30:00Z");
  CHECK(utc("1969-12-31T23:59:59.999Z") == "1969-12-31T23:59:59.999Z");
  CHECK(ms_of(*parse_rfc3339("1969-12-31T23:59:59.999Z")) == -1);
}

TEST_CASE("fractions beyond milliseconds are cut, not rounded") {
  CHECK(utc("2023-02-07T01:00:00.1Z") == "2023-02-07T01:00:00.100Z");
  CHECK(utc("2023-02-07T01:00:00.123999999Z") == "2023-02-07T01:00:00.123Z");
  CHECK(utc("2023-02-07T01:00:00.0009Z") == "2023-02-07T01:00:00Z");
  CHECK(utc("2023-02-07T01:00:00.00000000000000000000001+00:00") == "2023-02-07T01:00:00Z");
}

TEST_CASE("a leap second is the start of the next day and is legal only there") {
  CHECK(utc("2016-12-31T23:59:60Z") == "2017-01-01T00:00:00Z");
  CHECK(utc("2017-01-01T07:59:60+08:00") == "2017-01-01T00:00:00Z");
  CHECK(utc("2016-12-31T12:00:60Z") == "refused");
}

TEST_CASE("what is not an RFC 3339 time stamp is refused") {
  for (const char* bad : {"", "2023-02-07", "2023-02-07T09:00:00", "2023-02-07T09:00+08:00",
                          "2023-02-07 09:00:00Z", "2023-02-30T09:00:00Z", "2023-02-07T24:00:00Z",
                          "2023-02-07T09:60:00Z", "2023-02-07T09:00:61Z", "2023-02-07T09:00:00.Z",
                          "2023-02-07T09:00:00.12", "2023-02-07T09:00:00+0800", "2023-02-07T09:00:00+08",
                          "2023-02-07T09:00:00+24:00", "2023-02-07T09:00:00+08:60", "2023-02-07T09:00:00ZZ",
                          "2023-02-07T09:00:00+08:00 ", "+023-02-07T09:00:00Z", "2023-02-07T09:00:00*08:00"})
    CHECK(utc(bad) == "refused");
}

TEST_CASE("durations are numbers with units, from large to small") {
  CHECK(parse_duration("500ms") == Duration{500});
  CHECK(parse_duration("30s") == Duration{30'000});
  CHECK(parse_duration("90m") == Duration{5'400'000});
  CHECK(parse_duration("24h") == parse_duration("1d"));
  CHECK(parse_duration("1h30m") == Duration{5'400'000});
  CHECK(parse_duration("1d2h3m4s5ms") == Duration{93'784'005});
  CHECK(parse_duration("0s") == Duration{0});
  for (const char* bad : {"", "s", "30", "30 s", "-30s", "1.5h", "30m1h", "1h1h", "10wd", "30S",
                          "99999999999999999999s", "9223372036854775807s"})
    CHECK_FALSE(parse_duration(bad));
}
