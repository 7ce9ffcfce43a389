#include <set>

#include "support.hpp"

namespace duban::calendar {
namespace {

/// "spring-festival/2023 2023-01-21..2023-01-27", one a line.
std::string spans(const std::vector<Holiday>& holidays) {
  std::string text;
  for (const auto& h : holidays)
    text += h.id + "/" + std::to_string(h.year) + " " + h.first.str() + ".." + h.last.str() + "\n";
  return text;
}

const Holiday& the(std::string_view id, int year) {
  static std::vector<Holiday> all;
  if (all.empty()) all = shipped().holidays(day("2000-01-01"), day("2100-12-31"));
  for (const auto& h : all)
    if (h.id == id && h.year == year) return h;
  throw std::invalid_argument("no such holiday");
}

TEST_CASE("the holidays of 2023, by first day, then id") {
  CHECK(spans(shipped().holidays(day("2022-12-01"), day("2023-12-29"))) ==
        "new-year/2023 2022-12-31..2023-01-02\n"
        "spring-festival/2023 2023-01-21..2023-01-27\n"
        "qingming/2023 2023-04-05..2023-04-05\n"
        "labour-day/2023 2023-04-29..2023-05-03\n"
        "dragon-boat/2023 2023-06-22..2023-06-24\n"
        "mid-autumn/2023 2023-09-29..2023-10-06\n"
        "national-day/2023 2023-09-29..2023-10-06\n");
}

TEST_CASE("2022-12-31 belongs to the New Year of 2023") {
  const auto& h = the("new-year", 2023);
  CHECK(h.first == day("2022-12-31"));
  CHECK(h.notice == "国办发明电〔2022〕16号");
  CHECK_FALSE(shipped().is_workday(day("2022-12-31")));
}

TEST_CASE("a window is longer than the notice's days off where weekends adjoin") {
  CHECK(the("new-year", 2024).first == day("2023-12-30"));
  CHECK(the("new-year", 2024).last == day("2024-01-01"));
  CHECK(the("labour-day", 2024).first == day("2024-05-01"));
  CHECK(the("labour-day", 2024).last == day("2024-05-05"));
  // 2014-04-05 was a Saturday off, 04-06 a Sunday, 04-07 the day off instead.
  CHECK(the("qingming", 2014).first == day("2014-04-05"));
  CHECK(the("qingming", 2014).last == day("2014-04-07"));
}

TEST_CASE("a holiday in mid-week has a window of one day") {
  CHECK(the("qingming", 2023).first == day("2023-04-05"));
  CHECK(the("qingming", 2023).last == day("2023-04-05"));
  CHECK(the("new-year", 2025).first == the("new-year", 2025).last);
}

TEST_CASE("every window is a run of days off between two workdays") {
  for (const auto& h : shipped().holidays(day("2000-01-01"), day("2100-12-20"))) {
    INFO(h.id << "/" << h.year);
    for (Date d = h.first; d <= h.last; ++d) REQUIRE_FALSE(shipped().is_workday(d));
    REQUIRE(shipped().is_workday(h.first - 1));
    REQUIRE(shipped().is_workday(h.last + 1));
  }
}

TEST_CASE("each year from 2008 to 2100 has all seven holidays once") {
  for (int year = 2008; year <= 2100; ++year) {
    INFO(year);
    std::multiset<std::string> ids;
    for (const auto& h : shipped().holidays(day("2007-01-01"), day("2101-12-31")))
      if (h.year == year && h.id != "victory-day") ids.insert(h.id);
    REQUIRE(ids == std::multiset<std::string>{"dragon-boat", "labour-day", "mid-autumn", "national-day",
                                              "new-year", "qingming", "spring-festival"});
  }
}

TEST_CASE("two holidays that fall together are one run under each id") {
  CHECK(the("mid-autumn", 2023).name == "中秋节、国庆节");
  CHECK(the("national-day", 2023).name == "中秋节、国庆节");
  CHECK(the("mid-autumn", 2025).first == the("national-day", 2025).first);
}

TEST_CASE("later notices of a year replace the first") {
  CHECK(the("labour-day", 2019).last == day("2019-05-05") - 1);
  CHECK(the("labour-day", 2019).notice == "国办发明电〔2019〕3号");
  CHECK(the("qingming", 2019).notice == "国办发明电〔2018〕15号");
  CHECK(shipped().is_workday(day("2019-05-05")));
  CHECK(the("spring-festival", 2020).last == day("2020-02-02"));
  CHECK_FALSE(shipped().is_workday(day("2020-02-01")));
  CHECK(the("victory-day", 2015).first == day("2015-09-03"));
  CHECK(shipped().is_workday(day("2015-09-06")));
}

TEST_CASE("a year that is not announced has its statutory days, without notice and without make-up days") {
  REQUIRE_FALSE(shipped().published(2027));
  CHECK(spans(shipped().holidays(day("2027-01-01"), day("2027-12-31"))) ==
        "new-year/2027 2027-01-01..2027-01-03\n"
        "spring-festival/2027 2027-02-05..2027-02-08\n"
        "qingming/2027 2027-04-03..2027-04-05\n"
        "labour-day/2027 2027-05-01..2027-05-02\n"
        "dragon-boat/2027 2027-06-09..2027-06-09\n"
        "mid-autumn/2027 2027-09-15..2027-09-15\n"
        "national-day/2027 2027-10-01..2027-10-03\n");
  for (const auto& h : shipped().holidays(day("2027-01-01"), day("2027-12-31"))) CHECK(h.notice.empty());
  for (Date d = day("2027-01-01"); d < day("2028-01-01"); ++d)
    if (d.weekday() == 0 || d.weekday() == 6) REQUIRE_FALSE(shipped().is_workday(d));
}

TEST_CASE("statutory holidays that meet are one run with both names") {
  CHECK(the("mid-autumn", 2028).name == "中秋节、国庆节");
  CHECK(the("mid-autumn", 2028).first == day("2028-09-30"));
  CHECK(the("national-day", 2028).last == day("2028-10-03"));
  CHECK(the("national-day", 2031).name == "中秋节、国庆节");  // both on 10-01
}

TEST_CASE("only days of announced years are certain, and not the last week before one that is not") {
  CHECK(shipped().last_published_year() == 2026);
  CHECK(shipped().published(2007));
  CHECK_FALSE(shipped().published(2006));
  CHECK_FALSE(shipped().provisional(day("2026-01-01"), day("2026-12-24")));
  CHECK(shipped().provisional(day("2026-12-01"), day("2026-12-31")));
  CHECK_FALSE(shipped().provisional(day("2025-12-20"), day("2025-12-31")));
  CHECK(shipped().provisional(day("2006-12-31"), day("2007-01-05")));
  CHECK(shipped().provisional(day("2027-01-05"), day("2026-12-20")));
  const Date due = shipped().add_workdays(day("2026-12-28"), 10);
  CHECK(due.year() == 2027);
  CHECK(shipped().provisional(day("2026-12-28"), due));
}

TEST_CASE("holidays are asked for by their first day, both ends included") {
  CHECK(shipped().holidays(day("2023-01-21"), day("2023-01-21")).size() == 1);
  CHECK(shipped().holidays(day("2023-01-22"), day("2023-04-04")).empty());
  CHECK(shipped().holidays(day("2023-04-05"), day("2023-01-01")).empty());
}

TEST_CASE("every day can say why it is worked or off") {
  CHECK(shipped().explain(day("2023-01-28")) == "2023-01-28 六 调休上班(春节,国办发明电〔2022〕16号)");
  CHECK(shipped().explain(day("2023-01-23")) == "2023-01-23 一 春节放假(国办发明电〔2022〕16号)");
  CHECK(shipped().explain(day("2023-01-19")) == "2023-01-19 四 工作日");
  CHECK(shipped().explain(day("2023-01-15")) == "2023-01-15 日 周末");
  CHECK(shipped().explain(day("2027-02-05")) == "2027-02-05 五 春节法定放假(放假安排未公布)");
  CHECK(shipped().explain(day("2027-02-09")) == "2027-02-09 二 工作日(放假安排未公布)");
}

}  // namespace
}  // namespace duban::calendar
