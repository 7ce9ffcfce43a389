#include <fmt/format.h>

#include <algorithm>

#include "calendar/errors.hpp"
#include "calendar/files.hpp"

namespace duban::calendar {
namespace {

constexpr char kEverywhere[] = "all";

std::string read_area(const yaml::Reader& at) {
  std::string area = at.string();
  if (area == kEverywhere) return "";
  const bool digits = !area.empty() && area.find_first_not_of("0123456789") == std::string::npos;
  if (!digits || area.size() < 2 || area.size() > 12)
    at.error(errors::kSeason, fmt::format("'{}' is not a division code", area),
             "expected 2 to 12 digits in quotes ('34', '341004'), or all");
  return area;
}

SeasonLine read_line(const std::string& id, const std::string& name, const yaml::Reader& at) {
  SeasonLine line;
  line.id = id;
  line.name = name;
  line.area = read_area(at.required("area"));
  line.declared = at.get("declared").boolean();
  line.source = at.get("source").string();
  const auto from = at.get("from"), to = at.get("to");
  if (line.declared ? (from || to) : !(from && to)) {
    at.error(errors::kSeason,
             line.declared ? "a season that is declared has no dates here" : "a season without dates",
             "expected both from: MM-DD and to: MM-DD, or declared: true alone");
  } else if (!line.declared) {
    line.from = read_month_day(from).value_or(MonthDay{});
    line.to = read_month_day(to).value_or(MonthDay{});
  }
  at.finish();
  return line;
}

void add_line(const yaml::Reader& at, SeasonLine line, SeasonFile& file) {
  for (const auto& other : file.lines) {
    if (other.id == line.id && other.area == line.area)
      at.error(errors::kListedTwice,
               fmt::format("the season '{}' has two lines for {}", line.id,
                           line.area.empty() ? kEverywhere : "area " + line.area),
               "remove one");
  }
  file.lines.push_back(std::move(line));
}

/// The area of a line within that of another of its season takes that area away from the other.
void narrow(std::vector<SeasonLine>& lines) {
  for (auto& line : lines) {
    line.except.clear();
    for (const auto& other : lines) {
      if (other.id == line.id && other.area.size() > line.area.size() && other.area.starts_with(line.area))
        line.except.push_back(other.area);
    }
    std::sort(line.except.begin(), line.except.end());
  }
}

}  // namespace

Date MonthDay::in(int year) const {
  if (month == 2 && day == 29) return Date::of(year, 3, 1) - 1;
  return Date::of(year, month, day);
}

std::optional<MonthDay> read_month_day(const yaml::Reader& at) {
  const std::string text = at.string();
  // 2000 is a leap year, so that 02-29 is a day.
  if (const auto date = Date::parse("2000-" + text)) return MonthDay{date->month(), date->day()};
  at.error(errors::kDate, fmt::format("'{}' is not a day of the year", text),
           "expected MM-DD, such as 05-01");
  return {};
}

void read_seasons(const yaml::Reader& root, SeasonFile& file) {
  for (const auto& season : root.get("seasons").items()) {
    const std::string id = season.required("id").string(), name = season.required("name").string();
    if (std::find(file.ids.begin(), file.ids.end(), id) != file.ids.end())
      season.error(errors::kListedTwice, fmt::format("the season '{}' stands twice", id),
                   "put its areas together");
    file.ids.push_back(id);
    for (const auto& area : season.required("areas").items()) add_line(area, read_line(id, name, area), file);
    season.finish();
  }
  narrow(file.lines);
  root.finish();
}

}  // namespace duban::calendar
