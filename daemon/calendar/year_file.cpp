#include <fmt/format.h>

#include <algorithm>

#include "calendar/errors.hpp"
#include "calendar/files.hpp"
#include "calendar/workdays.hpp"

namespace duban::calendar {
namespace {

/// No holiday lasts longer; a longer range is a slip of the keyboard.
constexpr int kLongestRange = 31;

class YearReader {
 public:
  YearReader(const yaml::Reader& root, const std::vector<std::string>& known) : root_(root), known_(known) {}

  YearFile read() {
    file_.place = root_.get("year").place();
    file_.year = static_cast<int>(root_.get("year").integer());
    if (file_.year <= kFirstYear || file_.year > kLastYear) {
      root_.get("year").error(errors::kYear, fmt::format("{} is not a year of the calendar", file_.year),
                              fmt::format("expected {} to {}", kFirstYear + 1, kLastYear));
      return std::move(file_);  // every date would be reported as outside of it
    }
    read_notices();
    for (const auto& line : root_.required("holidays").items()) read_holiday(line);
    root_.finish();
    return std::move(file_);
  }

 private:
  void read_notices() {
    if (const auto notice = root_.required("notice")) main_ = read_notice(notice);
    for (const auto& change : root_.get("changes").items()) changes_.push_back(read_notice(change));
  }

  std::string read_notice(const yaml::Reader& at) {
    std::string number = at.get("number").string(), address = at.get("url").string();
    at.get("date").date();
    at.finish();
    if (number.empty() && address.empty())
      at.error(errors::kNotice, "the notice has neither a number nor an address",
               "expected number: 国办发明电〔2025〕7号, or url: https://…");
    return number.empty() ? address : number;
  }

  void read_holiday(const yaml::Reader& at) {
    Arranged holiday;
    for (const auto& id : at.required("id").items_or_one()) holiday.ids.push_back(known_id(id));
    holiday.name = at.required("name").string();
    holiday.notice = which_notice(at.get("notice"));
    for (const auto& days : at.required("off").items_or_one()) read_range(days, holiday.off);
    for (const auto& day : at.get("work").items_or_one()) read_workday(day, holiday.work);
    at.finish();
    std::sort(holiday.off.begin(), holiday.off.end(), [](auto& a, auto& b) { return a.date < b.date; });
    file_.holidays.push_back(std::move(holiday));
  }

  std::string known_id(const yaml::Reader& at) {
    std::string id = at.string();
    if (!known_.empty() && std::find(known_.begin(), known_.end(), id) == known_.end())
      at.error(errors::kUnknownHoliday, fmt::format("statutory.yaml has no holiday '{}'", id),
               suggest(id, known_));
    return id;
  }

  std::string which_notice(const yaml::Reader& at) {
    if (!at) return main_;
    const std::string wanted = at.string();
    if (wanted == main_ || std::find(changes_.begin(), changes_.end(), wanted) != changes_.end())
      return wanted;
    std::vector<std::string> all = changes_;
    if (!main_.empty()) all.insert(all.begin(), main_);
    at.error(errors::kNotice, fmt::format("no notice '{}' stands at the head of this file", wanted),
             all.empty() ? "add it under `changes`" : suggest(wanted, all));
    return wanted;
  }

  /// "2023-01-21" or "2023-01-21..2023-01-27".
  void read_range(const yaml::Reader& at, std::vector<DayAt>& out) {
    const std::string text = at.string();
    const size_t dots = text.find("..");
    const auto first = Date::parse(std::string_view(text).substr(0, dots));
    const auto last =
        dots == std::string::npos ? first : Date::parse(std::string_view(text).substr(dots + 2));
    if (!first || !last) {
      at.error(errors::kDate, fmt::format("'{}' is neither a date nor a range of dates", text),
               "expected 2027-02-05 or 2027-02-05..2027-02-11");
      return;
    }
    if (*last < *first || *last - *first >= kLongestRange) {
      at.error(errors::kDate,
               fmt::format("the range {} ends before it begins or is longer than a month", text),
               "expected FIRST..LAST");
      return;
    }
    if (!inside(*first, at) || !inside(*last, at)) return;
    for (Date d = *first; d <= *last; ++d) out.push_back({d, at.place()});
  }

  void read_workday(const yaml::Reader& at, std::vector<DayAt>& out) {
    const auto date = at.date();
    if (!date || !inside(*date, at)) return;
    if (date->weekday() != 0 && date->weekday() != 6) {
      at.error(errors::kNotWeekend, fmt::format("{} is no Saturday or Sunday", date->str()),
               "a make-up workday (调休上班) is a weekend day; other days are worked without being listed");
      return;
    }
    out.push_back({*date, at.place()});
  }

  /// New Year's notice reaches back into December; none reaches forward.
  bool inside(Date d, const yaml::Reader& at) {
    if (d.year() == file_.year || (d.year() == file_.year - 1 && d.month() == 12)) return true;
    at.error(errors::kOutsideYear,
             fmt::format("{} does not belong to the arrangement of {}", d.str(), file_.year),
             fmt::format("expected {}-12-01 to {}-12-31", file_.year - 1, file_.year));
    return false;
  }

  const yaml::Reader& root_;
  const std::vector<std::string>& known_;
  YearFile file_;
  std::string main_;
  std::vector<std::string> changes_;
};

}  // namespace

YearFile read_year(const yaml::Reader& root, const std::vector<std::string>& known) {
  return YearReader(root, known).read();
}

}  // namespace duban::calendar
