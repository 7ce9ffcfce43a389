// The three kinds of calendar files as they stand on disk (config/calendar/README.md), read and checked each
// by itself; what must hold between files is checked in build.cpp.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/diagnostic.hpp"
#include "core/time.hpp"
#include "core/yaml.hpp"

namespace duban::calendar {

struct MonthDay {
  unsigned month = 1;
  unsigned day = 1;
  auto operator<=>(const MonthDay&) const = default;
  /// 02-29 is the last day of February.
  Date in(int year) const;
};

/// A date with the place that names it.
struct DayAt {
  Date date;
  Place place;
};

/// One line of a year's file.
struct Arranged {
  std::vector<std::string> ids;
  std::string name;
  std::string notice;  // the one that it follows: number, else address
  std::vector<DayAt> off;
  std::vector<DayAt> work;
};

struct YearFile {
  int year = 0;
  Place place;
  std::vector<Arranged> holidays;
};

/// A holiday of the law; one with `days` has one of the three that say when.
struct StatutoryHoliday {
  std::string id;
  std::string name;
  std::optional<MonthDay> date;   // of the solar calendar
  std::optional<MonthDay> lunar;  // of the lunar calendar, in an ordinary month
  std::optional<size_t> term;     // a solar term's place in solar_terms()
  bool eve = false;               // begins the day before
  int days = 0;                   // 0: never off by law
};

struct StatutoryFile {
  Place place;
  int from = 0;  // the first year in which this law holds
  std::vector<StatutoryHoliday> holidays;

  std::vector<std::string> ids() const;
  /// The days off of a holiday in a year; none before `from`, and after the lunar table's end.
  std::vector<Date> days(const StatutoryHoliday& holiday, int year) const;
};

struct SeasonLine {
  std::string id;
  std::string name;
  std::string area;  // empty: everywhere
  MonthDay from;
  MonthDay to;
  bool declared = false;  // no dates here: only an event opens it
  std::string source;
  std::vector<std::string> except;
};

struct SeasonFile {
  std::vector<std::string> ids;
  std::vector<SeasonLine> lines;  // no two of one season for the same area
};

/// `known`: the ids that a holiday may have.
YearFile read_year(const yaml::Reader& root, const std::vector<std::string>& known);
StatutoryFile read_statutory(const yaml::Reader& root);
/// Adds to `file`, so that seasons may stand in several files.
void read_seasons(const yaml::Reader& root, SeasonFile& file);

/// "05-01"; an error at the reader and nothing if it is not that.
std::optional<MonthDay> read_month_day(const yaml::Reader& at);

}  // namespace duban::calendar
