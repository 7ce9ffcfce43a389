#include <random>

#include "calendar/workdays.hpp"
#include "support.hpp"

namespace duban::calendar {
namespace {

TEST_CASE("every day of 2007 to 2026 is worked or off as the second source has it") {
  REQUIRE(second_source().size() == 7305);
  for (const auto& [date, worked] : second_source()) {
    INFO(date.str());
    REQUIRE(shipped().is_workday(date) == worked);
  }
}

/// The definition of rules.md, a day at a time, over the second source.
Date naive_sum(Date d, int n) {
  const auto& worked = second_source();
  const int step = n > 0 ? 1 : -1;
  for (int left = n; left != 0;) {
    d = d + step;
    if (worked.at(d)) left -= step;
  }
  return d;
}

int naive_between(Date a, Date b) {
  int count = 0;
  for (Date d = a + 1; d <= b; ++d) count += second_source().at(d) ? 1 : 0;
  return count;
}

TEST_CASE("ten thousand random workday sums are those of stepping a day at a time") {
  std::mt19937 random(20230119);
  // Far enough from both ends that no sum leaves the second source.
  std::uniform_int_distribution<int> days(day("2007-09-01").days, day("2026-04-30").days), counts(-160, 160);
  for (int i = 0; i < 10'000; ++i) {
    const Date from{days(random)};
    const int n = counts(random);
    INFO(from.str() << " + " << n << "wd");
    if (n == 0) continue;
    const Date sum = shipped().add_workdays(from, n);
    REQUIRE(sum == naive_sum(from, n));
    REQUIRE(shipped().is_workday(sum));
    const Date other{days(random)};
    const int between = shipped().workdays_between(from, other);
    REQUIRE(between == (from <= other ? naive_between(from, other) : -naive_between(other, from)));
  }
}

TEST_CASE("ten thousand random workday sums are those that two other programs compute") {
  // Days and numbers come from the generator of scripts/calendar-data, which had the sums computed.
  uint32_t state = 20230119;
  const auto draw = [&](int bound) {
    state = static_cast<uint32_t>((state * uint64_t{1103515245} + 12345) % (uint64_t{1} << 31));
    return static_cast<int>((state >> 8) % static_cast<uint32_t>(bound));
  };
  const Date first = day("2007-09-01");
  const int span = day("2026-04-30") - first;
  std::istringstream lines(content(kTests + "/data/workday-sums.txt"));
  int sums = 0;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with('#')) continue;
    std::istringstream answers(line);
    for (int answer = 0; answers >> answer; ++sums) {
      const Date from = first + draw(span);
      const int n = draw(321) - 160;
      INFO(from.str() << " " << n << "wd");
      REQUIRE(shipped().add_workdays(from, n) == from + answer);
    }
  }
  CHECK(sums == 10'000);
}

TEST_CASE(
    "the tenth workday after 2023-01-19 is 2023-02-07, across the Spring Festival and its make-up weekend") {
  CHECK(shipped().add_workdays(day("2023-01-19"), 10) == day("2023-02-07"));
  CHECK(shipped().workdays_between(day("2023-01-19"), day("2023-02-07")) == 10);
  CHECK(shipped().add_workdays(day("2023-02-07"), -5) == day("2023-01-31"));
  CHECK(shipped().add_workdays(day("2023-02-07"), -3) == day("2023-02-02"));
  CHECK(shipped().add_workdays(day("2023-02-07"), -1) == day("2023-02-06"));
  CHECK(shipped().add_workdays(day("2023-02-07"), 3) == day("2023-02-10"));
  CHECK(shipped().add_workdays(day("2023-02-07"), 7) == day("2023-02-16"));
}

TEST_CASE("make-up Saturdays and Sundays are workdays") {
  for (const char* text : {"2023-01-28", "2023-01-29", "2021-09-26", "2021-04-25", "2021-02-20"}) {
    INFO(text);
    const Date d = day(text);
    CHECK((d.weekday() == 0 || d.weekday() == 6));
    CHECK(shipped().is_workday(d));
  }
}

TEST_CASE("the deadlines of the scenarios that hang on make-up days") {
  // 10.3: Mar-Apr 2021 ends on Friday 04-30; Sunday 04-25 is worked.
  CHECK(shipped().add_workdays(day("2021-04-30"), -10) == day("2021-04-19"));
  CHECK(shipped().add_workdays(day("2021-04-30"), -3) == day("2021-04-27"));
  CHECK(shipped().add_workdays(day("2021-04-30"), 1) == day("2021-05-06"));
  // 10.2: five workdays before the end of February 2021; Saturday 02-20 is worked, and 02-28 is a Sunday.
  CHECK(shipped().add_workdays(day("2021-02-28"), -5) == day("2021-02-22"));
  // 9.10: five workdays before 2021-09-30; Sunday 09-26 is worked.
  CHECK(shipped().add_workdays(day("2021-09-30"), -5) == day("2021-09-24"));
  CHECK(shipped().add_workdays(day("2021-09-30"), 1) == day("2021-10-08"));
  CHECK(shipped().add_workdays(day("2021-09-30"), 5) == day("2021-10-13"));
  // 10.7
  CHECK(shipped().add_workdays(day("2021-06-30"), 10) == day("2021-07-14"));
  CHECK(shipped().add_workdays(day("2021-12-31"), 10) == day("2022-01-17"));
}

TEST_CASE("no workdays on is the day itself, or the next workday") {
  CHECK(shipped().add_workdays(day("2023-01-19"), 0) == day("2023-01-19"));
  CHECK(shipped().add_workdays(day("2023-01-22"), 0) == day("2023-01-28"));
}

TEST_CASE("a day off counts neither forward nor back") {
  CHECK(shipped().add_workdays(day("2023-01-22"), 1) == day("2023-01-28"));
  CHECK(shipped().add_workdays(day("2023-01-22"), -1) == day("2023-01-20"));
  CHECK(shipped().workday_at_or_before(day("2023-01-22")) == day("2023-01-20"));
  CHECK(shipped().workday_at_or_after(day("2023-01-22")) == day("2023-01-28"));
  CHECK(shipped().workday_at_or_before(day("2023-01-20")) == day("2023-01-20"));
  CHECK(shipped().workday_at_or_after(day("2023-01-20")) == day("2023-01-20"));
}

TEST_CASE("the plain calendar works from Monday to Friday and knows of no holiday") {
  const auto plain = Calendar::plain();
  CHECK(plain->is_workday(day("2023-01-23")));
  CHECK_FALSE(plain->is_workday(day("2023-01-28")));
  CHECK(plain->add_workdays(day("2023-01-19"), 10) == day("2023-02-02"));
  CHECK(plain->holidays(day("2000-01-01"), day("2060-12-31")).empty());
  CHECK_FALSE(plain->published(2023));
  CHECK(plain->last_published_year() == 0);
  CHECK(plain->provisional(day("2023-01-19"), day("2023-01-20")));
}

TEST_CASE("sums go on beyond both ends of the table, from Monday to Friday") {
  const Workdays days;
  // All are plain weeks, so a week is five workdays wherever it lies.
  for (const char* text :
       {"1970-01-05", "1999-12-27", "2000-01-03", "2100-12-27", "2101-01-03", "2199-12-30"}) {
    INFO(text);
    const Date monday = day(text);
    REQUIRE(monday.weekday() == 1);
    for (int i = 0; i < 14; ++i) CHECK(days.is_workday(monday + i) == (i % 7 < 5));
    CHECK(days.nth(days.count(monday) + 4) == monday + 4);
    CHECK(days.nth(days.count(monday) + 5) == monday + 7);
    CHECK(days.nth(days.count(monday) + 5 * 52 * 70) == monday + 7 * 52 * 70);
    CHECK(days.nth(days.count(monday) - 5 * 52 * 40) == monday - 7 * 52 * 40);
  }
}

TEST_CASE("every workday is the one with which its own count is reached") {
  const Workdays days;
  for (Date d = day("1998-01-01"); d < day("2063-01-01"); ++d) {
    if (days.is_workday(d)) REQUIRE(days.nth(days.count(d)) == d);
  }
}

TEST_CASE("an absurd number of workdays stops where dates end") {
  CHECK(shipped().add_workdays(day("2023-01-19"), INT32_MAX) == day("9999-12-31"));
  CHECK(shipped().add_workdays(day("2023-01-19"), INT32_MIN) == day("0001-01-01"));
}

}  // namespace
}  // namespace duban::calendar
