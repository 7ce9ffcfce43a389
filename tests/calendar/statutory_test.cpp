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

/// Qingming by the formula of the perpetual calendars, good for 2000 to 2099.
Date qingming(int year) {
  const int y = year % 100;
  return Date::of(year, 4, static_cast<unsigned>(y * 0.2422 + 4.81) - static_cast<unsigned>(y / 4));
}

TEST_CASE("Qingming is where the formula has it") {
  for (const auto& [year, row] : statutory().dates) CHECK(row.at("qingming") == qingming(year));
}

TEST_CASE("the lunar dates are whole months apart") {
  // A month has 29 or 30 days; the fifth month begins four months after New Year, a leap month may lie
  // between.
  const auto months = [](int days, int least) {
    const bool without = days >= 29 * least && days <= 30 * least,
               with = days >= 29 * (least + 1) && days <= 30 * (least + 1);
    return without || with;
  };
  for (const auto& [year, row] : statutory().dates) {
    INFO(year);
    const Date new_year = row.at("spring-festival"), fifth = row.at("dragon-boat") - 4,
               eighth = row.at("mid-autumn") - 14;
    CHECK((new_year >= Date::of(year, 1, 21) && new_year <= Date::of(year, 2, 20)));
    CHECK(months(fifth - new_year, 4));
    CHECK(months(eighth - fifth, 3));
    if (const auto next = statutory().dates.find(year + 1); next != statutory().dates.end())
      CHECK(months(next->second.at("spring-festival") - new_year, 12));
  }
}

TEST_CASE("the two New Years that one widespread library has wrong") {
  CHECK(statutory().dates.at(2027).at("spring-festival") == day("2027-02-06"));
  CHECK(statutory().dates.at(2030).at("spring-festival") == day("2030-02-03"));
}

}  // namespace
}  // namespace duban::calendar
