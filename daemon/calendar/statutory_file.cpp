#include <fmt/format.h>

#include <algorithm>

#include "calendar/errors.hpp"
#include "calendar/files.hpp"
#include "calendar/workdays.hpp"

namespace duban::calendar {
namespace {

StatutoryHoliday read_holiday(const yaml::Reader& at) {
  StatutoryHoliday holiday;
  holiday.id = at.required("id").string();
  holiday.name = at.required("name").string();
  if (const auto date = at.get("date")) holiday.solar = true, holiday.date = read_month_day(date);
  holiday.eve = at.get("eve").boolean();
  const auto days = at.get("days").integer();
  if (days < 0 || days > 10)
    at.get("days").error(errors::kStatutory, fmt::format("{} days off for one holiday", days),
                         "expected 1 to 10");
  holiday.days = static_cast<int>(std::clamp<int64_t>(days, 0, 10));
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

/// One row of `dates`. Asking for each holiday makes it a known key; finish() reports the others.
void read_row(int year, const yaml::Reader& row, StatutoryFile& file) {
  for (const auto& holiday : file.holidays) {
    if (holiday.solar || holiday.days == 0) continue;
    const auto at = row.get(holiday.id);
    if (!at) {
      row.error(errors::kStatutory, fmt::format("{} has no date for '{}'", year, holiday.id),
                fmt::format("expected {}: MM-DD, or `date` where {} is declared", holiday.id, holiday.name));
    } else if (const auto date = read_month_day(at)) {
      file.dates[year][holiday.id] = date->in(year);
    }
  }
  row.finish();
}

void read_dates(const yaml::Reader& dates, StatutoryFile& file) {
  for (const auto& [key, row] : dates.entries()) {
    const bool number = key.size() == 4 && key.find_first_not_of("0123456789") == std::string::npos;
    const int year = number ? std::stoi(key) : 0;
    if (year <= kFirstYear || year > kLastYear) {
      row.error(errors::kYear, fmt::format("'{}' is not a year of the calendar", key),
                fmt::format("expected {} to {}", kFirstYear + 1, kLastYear));
      continue;
    }
    file.dates[year];
    read_row(year, row, file);
  }
}

}  // namespace

std::vector<std::string> StatutoryFile::ids() const {
  std::vector<std::string> ids;
  for (const auto& holiday : holidays) ids.push_back(holiday.id);
  return ids;
}

std::vector<Date> StatutoryFile::days(const StatutoryHoliday& holiday, int year) const {
  const auto row = dates.find(year);
  if (row == dates.end() || holiday.days == 0) return {};
  std::optional<Date> first;
  if (holiday.solar) {
    if (holiday.date) first = holiday.date->in(year);
  } else if (const auto found = row->second.find(holiday.id); found != row->second.end()) {
    first = found->second;
  }
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
  read_dates(statutory.required("dates"), file);
  statutory.finish();
  root.finish();
  return file;
}

}  // namespace duban::calendar
