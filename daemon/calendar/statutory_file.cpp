#include <fmt/format.h>

#include <algorithm>

#include "calendar/errors.hpp"
#include "calendar/files.hpp"
#include "calendar/lunar.hpp"
#include "calendar/workdays.hpp"

namespace duban::calendar {
namespace {

std::optional<size_t> read_term(const yaml::Reader& at) {
  const auto& terms = solar_terms();
  const std::string id = at.string();
  const auto found = std::find(terms.begin(), terms.end(), id);
  if (found != terms.end()) return static_cast<size_t>(found - terms.begin());
  at.error(errors::kStatutory, fmt::format("no solar term is called '{}'", id),
           suggest(id, {terms.begin(), terms.end()}));
  return {};
}

/// One of the three, if the law gives days off at all.
void read_when(const yaml::Reader& at, StatutoryHoliday& holiday) {
  int given = 0;
  if (const auto date = at.get("date")) ++given, holiday.date = read_month_day(date);
  if (const auto lunar = at.get("lunar")) {
    ++given, holiday.lunar = read_month_day(lunar);
    if (holiday.lunar && holiday.lunar->day > 29)
      lunar.error(errors::kStatutory, "not every lunar month has this day", "expected MM-01 to MM-29");
  }
  if (const auto term = at.get("term")) ++given, holiday.term = read_term(term);
  if (given > 1 || (given == 0 && holiday.days > 0))
    at.error(errors::kStatutory, fmt::format("'{}' has {} dates", holiday.id, given),
             "expected one of date: MM-DD, lunar: MM-DD, term: ID of a solar term");
}

StatutoryHoliday read_holiday(const yaml::Reader& at) {
  StatutoryHoliday holiday;
  holiday.id = at.required("id").string();
  holiday.name = at.required("name").string();
  holiday.eve = at.get("eve").boolean();
  const auto days = at.get("days").integer();
  if (days < 0 || days > 10)
    at.get("days").error(errors::kStatutory, fmt::format("{} days off for one holiday", days),
                         "expected 1 to 10");
  holiday.days = static_cast<int>(std::clamp<int64_t>(days, 0, 10));
  read_when(at, holiday);
  at.finish();
  return holiday;
}

void read_holidays(const yaml::Reader& list, StatutoryFile& file) {
  for (const auto& item : list.items()) {
    auto holiday = read_holiday(item);
    const auto ids = file.ids();
    if (std::find(ids.begin(), ids.end(), holiday.id) != ids.end())
      item.error(errors::kListedTwice, fmt::format("the holiday '{}' stands twice", holiday.id),
                 "remove one");
    file.holidays.push_back(std::move(holiday));
  }
}

int read_first_year(const yaml::Reader& at) {
  const auto year = at.integer();
  if (year > kFirstYear && year <= kLastYear) return static_cast<int>(year);
  at.error(errors::kYear, fmt::format("{} is not a year of the calendar", year),
           fmt::format("expected {} to {}", kFirstYear + 1, kLastYear));
  return kLastYear + 1;
}

/// The holiday's first day in a year.
std::optional<Date> begin_of(const StatutoryHoliday& holiday, int year) {
  if (holiday.date) return holiday.date->in(year);
  if (holiday.term) return solar_term(year, *holiday.term);
  if (!holiday.lunar) return {};
  return solar_date(
      {year, static_cast<int>(holiday.lunar->month), static_cast<int>(holiday.lunar->day), false});
}

}  // namespace

std::vector<std::string> StatutoryFile::ids() const {
  std::vector<std::string> ids;
  for (const auto& holiday : holidays) ids.push_back(holiday.id);
  return ids;
}

std::vector<Date> StatutoryFile::days(const StatutoryHoliday& holiday, int year) const {
  if (year < from || holiday.days == 0) return {};
  const std::optional<Date> first = begin_of(holiday, year);
  if (!first) return {};
  std::vector<Date> days;
  for (int i = 0; i < holiday.days; ++i) days.push_back(*first + i - (holiday.eve ? 1 : 0));
  return days;
}

StatutoryFile read_statutory(const yaml::Reader& root) {
  StatutoryFile file;
  const auto statutory = root.get("statutory");
  file.place = statutory.place();
  statutory.get("basis").string();
  read_holidays(statutory.required("holidays"), file);
  file.from = read_first_year(statutory.required("from"));
  statutory.finish();
  root.finish();
  return file;
}

}  // namespace duban::calendar
