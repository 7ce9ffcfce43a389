#include "calendar/lunar.hpp"

#include <sstream>

#include "calendar/lunar_table.hpp"
#include "support.hpp"

namespace duban::calendar {
namespace {

struct Row {
  int year = 0;
  std::string new_year;
  int leap = 0;
  std::string months;
  std::string terms;
};

/// Tables that do not come from where ours comes from: data/lunar-1901-2099.txt.
std::vector<Row> second_table() {
  std::vector<Row> rows;
  std::istringstream lines(content(kTests + "/data/lunar-1901-2099.txt"));
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with('#')) continue;
    Row row;
    std::istringstream(line) >> row.year >> row.new_year >> row.leap >> row.months >> row.terms;
    rows.push_back(row);
  }
  return rows;
}

TEST_CASE("every lunar year from 1901 to 2099 is as the second source has it") {
  const auto rows = second_table();
  REQUIRE(rows.size() == 199);
  for (const Row& row : rows) {
    const LunarYear& ours = kLunarYears[static_cast<size_t>(row.year - kFirstLunarYear)];
    INFO(row.year);
    CHECK(ours.new_year == row.new_year);
    CHECK(ours.leap == row.leap);
    CHECK(ours.months == row.months);
  }
}

TEST_CASE("every solar term from 1901 to 2099 is as the second source has it, but for six near midnight") {
  // The second source has what almanacs printed. Until 1913 they were reckoned by the old method; until 1928
  // in Beijing's local time, a quarter of an hour behind; that of 1979 fell four seconds before midnight.
  const std::vector<std::string> expected{
      "1912 minor-snow 11-22 23:48", "1913 autumn-equinox 09-23 23:52",  "1917 major-snow 12-08 00:01",
      "1927 white-dew 09-09 00:05",  "1928 summer-solstice 06-22 00:06", "1979 major-cold 01-20 23:59"};
  std::vector<std::string> differ;
  for (const Row& row : second_table())
    for (size_t term = 0; term < 24; ++term) {
      const Date ours = solar_term(row.year, term).value();
      const unsigned theirs = static_cast<unsigned>(kTermBase[term] + (row.terms[term] - '0'));
      if (ours.day() != theirs)
        differ.push_back(std::to_string(row.year) + " " + std::string(solar_terms()[term]) + " " +
                         ours.str().substr(5));
    }
  REQUIRE(differ.size() == expected.size());
  for (size_t i = 0; i < differ.size(); ++i) CHECK(expected[i].starts_with(differ[i]));
}

TEST_CASE("each lunar year begins where the one before it ends") {
  for (int year = kFirstLunarYear; year < kLastLunarYear; ++year) {
    INFO(year);
    Date next = solar_date({year, 1, 1}).value();
    for (const char* month = kLunarYears[static_cast<size_t>(year - kFirstLunarYear)].months; *month != '\0';
         ++month)
      next = next + (*month == 'l' ? 30 : 29);
    REQUIRE(next == solar_date({year + 1, 1, 1}).value());
  }
}

TEST_CASE(
    "the month that holds the winter solstice is the eleventh, and a leap month holds no principal term") {
  // Months and terms stand in the table independently; these are the rules that tie them together.
  for (int year = kFirstLunarYear; year <= kLastLunarYear; ++year) {
    INFO(year);
    const auto solstice = lunar_date(solar_term(year, 23).value());
    REQUIRE(solstice);
    CHECK((solstice->month == 11 && !solstice->leap && solstice->year == year));
    const int leap = kLunarYears[static_cast<size_t>(year - kFirstLunarYear)].leap;
    if (leap == 0) continue;
    for (size_t term = 1; term < 24; term += 2)
      for (const int of : {year, std::min(year + 1, kLastLunarYear)}) {
        const auto at = lunar_date(solar_term(of, term).value());
        CHECK_FALSE((at && at->leap && at->year == year));
      }
  }
}

TEST_CASE("a lunar date becomes a day and back") {
  const Date last = solar_date({kLastLunarYear, 12, 29}).value();
  for (Date d = solar_date({kFirstLunarYear, 1, 1}).value(); d <= last; ++d) {
    const auto lunar = lunar_date(d);
    REQUIRE(lunar);
    REQUIRE(solar_date(*lunar) == d);
  }
}

TEST_CASE("holidays of years past stand where their notices had them") {
  CHECK(solar_date({2023, 1, 1}) == day("2023-01-22"));
  CHECK(solar_date({2020, 8, 15}) == day("2020-10-01"));
  CHECK(solar_date({2020, 5, 5}) == day("2020-06-25"));
  CHECK(solar_term(2023, 6) == day("2023-04-05"));
  CHECK(solar_date({2020, 4, 1, true}) == day("2020-05-23"));  // 闰四月
  CHECK(lunar_date(day("2033-12-22")) == LunarDate{2033, 11, 1, true});
}

TEST_CASE("what is no lunar date has no day") {
  CHECK_FALSE(solar_date({2023, 3, 1, true}));  // the leap month of 2023 is the second
  CHECK_FALSE(solar_date({2023, 13, 1}));
  CHECK_FALSE(solar_date({2023, 0, 1}));
  CHECK_FALSE(solar_date({2023, 1, 30}));
  CHECK_FALSE(solar_date({2023, 2, 31}));
  CHECK_FALSE(solar_date({1900, 1, 1}));
  CHECK_FALSE(solar_date({2101, 1, 1}));
  CHECK_FALSE(lunar_date(day("1901-02-18")));
  CHECK_FALSE(lunar_date(day("2101-12-31")));
  CHECK_FALSE(solar_term(2100, 24));
  CHECK_FALSE(solar_term(2101, 0));
}

TEST_CASE("two New Years that a widespread library has wrong") {
  CHECK(solar_date({2027, 1, 1}) == day("2027-02-06"));
  CHECK(solar_date({2030, 1, 1}) == day("2030-02-03"));
}

}  // namespace
}  // namespace duban::calendar
