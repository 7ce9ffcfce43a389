#include "calendar/data.hpp"
#include "support.hpp"

namespace duban::calendar {
namespace {

const StatutoryFile& statutory() {
  static const auto file = [] {
    Diagnostics found;
    auto read = read_statutory(yaml::Reader::open(kConfig + "/statutory.yaml", found));
    if (found.has_errors()) throw std::runtime_error(found.text());
    return read;
  }();
  return file;
}

TEST_CASE("the law gives thirteen days a year") {
  for (int year = 2025; year <= kLastYear; ++year) {
    size_t days = 0;
    for (const auto& holiday : statutory().holidays) days += statutory().days(holiday, year).size();
    INFO(year);
    CHECK(days == 13);
  }
}

TEST_CASE("every statutory day of an announced year is off in its notice") {
  for (const int year : {2025, 2026}) {
    REQUIRE(shipped().published(year));
    for (const auto& holiday : statutory().holidays)
      for (const Date d : statutory().days(holiday, year)) CHECK_FALSE(second_source().at(d));
  }
}

TEST_CASE("the law begins with its first year and goes as far as the lunar table") {
  const auto& file = statutory();
  CHECK(file.from == 2025);
  for (const auto& holiday : file.holidays) {
    CHECK(file.days(holiday, 2024).empty());
    CHECK(file.days(holiday, kLastYear + 1).size() == (holiday.date ? static_cast<size_t>(holiday.days) : 0));
  }
  CHECK_FALSE(shipped().is_workday(day("2100-02-09")));  // a Tuesday, 正月初一
}

/// Qingming by the formula of the perpetual calendars, good for 2000 to 2099.
Date qingming(int year) {
  const int y = year % 100;
  return Date::of(year, 4, static_cast<unsigned>(y * 0.2422 + 4.81) - static_cast<unsigned>(y / 4));
}

TEST_CASE("Qingming is where the formula has it") {
  for (const auto& holiday : statutory().holidays) {
    if (holiday.id != "qingming") continue;
    for (int year = 2025; year < 2100; ++year)
      CHECK(statutory().days(holiday, year).front() == qingming(year));
  }
}

}  // namespace
}  // namespace duban::calendar
