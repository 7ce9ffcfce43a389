#include <catch2/catch.hpp>

#include "core/time.hpp"

using namespace duban;

namespace {

const Zone kShanghai = Zone::shanghai();

std::string there_and_back(const Zone& zone, std::string_view text) {
  const auto t = zone.parse(text);
  return t ? zone.format(*t) : "refused";
}

}  // namespace

TEST_CASE("a zone that the database does not have is refused") {
  CHECK(Zone::find("Asia/Shanghai"));
  CHECK(Zone::find("Asia/Urumqi")->name() == "Asia/Urumqi");
  CHECK_FALSE(Zone::find("Asia/Beijing"));
  CHECK_FALSE(Zone::find(""));
  CHECK_FALSE(Zone::find("../../etc/passwd"));
}

TEST_CASE("local times, bare dates and RFC 3339 are instants of the zone") {
  CHECK(there_and_back(kShanghai, "2023-01-19") == "2023-01-19T00:00:00+08:00");
  CHECK(there_and_back(kShanghai, "2023-01-19T10:00") == "2023-01-19T10:00:00+08:00");
  CHECK(there_and_back(kShanghai, "2023-01-19T10:00:01") == "2023-01-19T10:00:01+08:00");
  CHECK(there_and_back(kShanghai, "2023-01-19T10:00:00Z") == "2023-01-19T18:00:00+08:00");
  CHECK(there_and_back(kShanghai, "2023-01-19T10:00:00.250+09:00") == "2023-01-19T09:00:00.250+08:00");
  CHECK(there_and_back(kShanghai, "2023-01-19T24:00") == "2023-01-20T00:00:00+08:00");
  for (const char* bad : {"", "2023", "2023-01-32", "2023-01-19T", "2023-01-19 10:00", "2023-01-19T10",
                          "2023-01-19T25:00", "2023-01-19T10:00Z"})
    CHECK(there_and_back(kShanghai, bad) == "refused");
}

TEST_CASE("the end of a date is the start of the next") {
  CHECK(kShanghai.end_of(Date::of(2023, 12, 31)) == kShanghai.parse("2024-01-01T00:00:00+08:00"));
  CHECK(kShanghai.end_of(Date::of(2024, 2, 28)) == kShanghai.instant(Date::of(2024, 2, 29), TimeOfDay{0}));
}

TEST_CASE("the date of an instant is that of the zone") {
  const Instant late = *parse_rfc3339("2023-02-07T16:00:00Z");
  CHECK(kShanghai.date(late) == Date::of(2023, 2, 8));
  CHECK(kShanghai.date(late - Duration{1}) == Date::of(2023, 2, 7));
  CHECK(kShanghai.local(late - Duration{1}).time == TimeOfDay{86'399});
  CHECK(kShanghai.date(instant_of_ms(-1)) == Date::of(1970, 1, 1));
  CHECK(Zone::find("America/New_York")->date(instant_of_ms(-1)) == Date::of(1969, 12, 31));
}

TEST_CASE("summer time in Shanghai, 1986 to 1991, moves the offset") {
  CHECK(there_and_back(kShanghai, "1988-07-01T12:00") == "1988-07-01T12:00:00+09:00");
  CHECK(there_and_back(kShanghai, "1992-07-01T12:00") == "1992-07-01T12:00:00+08:00");
  CHECK(kShanghai.local(*parse_rfc3339("1988-07-01T03:00:00Z")).time == TimeOfDay{12 * 3600});
}

TEST_CASE("a local time in a gap is the first instant after it") {
  // 1986-05-04: 02:00 became 03:00.
  CHECK(there_and_back(kShanghai, "1986-05-04T02:30") == "1986-05-04T03:00:00+09:00");
  CHECK(there_and_back(kShanghai, "1986-05-04T01:59") == "1986-05-04T01:59:00+08:00");
  CHECK(there_and_back(kShanghai, "1986-05-04T03:00") == "1986-05-04T03:00:00+09:00");
}

TEST_CASE("an ambiguous local time is the earlier instant") {
  // 1986-09-14: 02:00 became 01:00 again.
  CHECK(there_and_back(kShanghai, "1986-09-14T01:30") == "1986-09-14T01:30:00+09:00");
  CHECK(there_and_back(kShanghai, "1986-09-14T01:30:00+08:00") == "1986-09-14T01:30:00+08:00");
}

TEST_CASE(
    "local mean time, with seconds in its offset, is written as an offset that names the same instant") {
  const Instant old = *parse_rfc3339("1890-01-01T00:00:00Z");
  CHECK(kShanghai.format(old) == "1890-01-01T08:06:00+08:06");
  CHECK(kShanghai.parse(kShanghai.format(old)) == old);
}

TEST_CASE("no instant at all can still be shown") {
  CHECK(kShanghai.format(kNever).substr(0, 4) == "9999");
  CHECK(format_utc(kNever) == "9999-12-31T00:00:00Z");
  CHECK(kShanghai.date(kNever).year() == 9999);
  CHECK(format_utc(instant_of_ms(INT64_MIN)) == "0000-01-01T00:00:00Z");
}

TEST_CASE("milliseconds are written only if there are any") {
  CHECK(kShanghai.format(instant_of_ms(0)) == "1970-01-01T08:00:00+08:00");
  CHECK(kShanghai.format(instant_of_ms(7)) == "1970-01-01T08:00:00.007+08:00");
  CHECK(kShanghai.format(instant_of_ms(-1)) == "1970-01-01T07:59:59.999+08:00");
}
