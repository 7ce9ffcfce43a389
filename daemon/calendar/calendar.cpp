#include "calendar/calendar.hpp"

#include <algorithm>

#include "calendar/data.hpp"

namespace duban::calendar {
namespace {

/// Whether the next year's notice may arrange this day: the weekends around New Year. So far none went back
/// further than to 29 December.
bool may_belong_to_next_year(Date d) { return d.month() == 12 && d.day() >= 25; }

/// Keeps a question about seasons to years that somebody can mean.
Date sane(Date d) { return std::clamp(d, Date::of(1900, 1, 1), Date::of(2200, 12, 31)); }

Season season_of(const SeasonLine& line, int year) {
  const int end_year = line.to < line.from ? year + 1 : year;
  return {line.id,     line.name,  line.area, year, line.from.in(year), line.to.in(end_year),
          line.source, line.except};
}

}  // namespace

std::shared_ptr<const Calendar> Calendar::plain() {
  return std::make_shared<const Calendar>(std::make_shared<const Data>());
}

bool Calendar::is_workday(Date d) const { return data_->workdays.is_workday(d); }

Date Calendar::add_workdays(Date d, int n) const {
  const auto& days = data_->workdays;
  if (n == 0) return workday_at_or_after(d);
  if (n > 0) return days.nth(days.count(d) + n);
  return days.nth(days.count(d - 1) + n + 1);
}

int Calendar::workdays_between(Date a, Date b) const {
  return static_cast<int>(data_->workdays.count(b) - data_->workdays.count(a));
}

Date Calendar::workday_at_or_before(Date d) const { return data_->workdays.nth(data_->workdays.count(d)); }

Date Calendar::workday_at_or_after(Date d) const {
  return data_->workdays.nth(data_->workdays.count(d - 1) + 1);
}

bool Calendar::published(int year) const { return data_->published.contains(year); }

int Calendar::last_published_year() const {
  return data_->published.empty() ? 0 : *data_->published.rbegin();
}

std::optional<int> Calendar::missing_year(Date today) const {
  if (!published(today.year())) return today.year();
  if (today.month() == 12 && !published(today.year() + 1)) return today.year() + 1;
  return {};
}

bool Calendar::provisional(Date a, Date b) const {
  const Date first = std::min(a, b), last = std::max(a, b);
  if (last.year() > last_published_year()) return true;
  for (int year = first.year(); year <= last.year(); ++year) {
    if (!published(year)) return true;
  }
  return may_belong_to_next_year(last) && !published(last.year() + 1);
}

std::vector<Holiday> Calendar::holidays(Date from, Date to) const {
  const auto& all = data_->holidays;
  const auto begin =
      std::lower_bound(all.begin(), all.end(), from, [](auto& h, Date d) { return h.first < d; });
  const auto end = std::upper_bound(begin, all.end(), to, [](Date d, auto& h) { return d < h.first; });
  return {begin, end};
}

std::vector<std::string> Calendar::holiday_ids() const { return data_->holiday_ids; }

bool Season::covers(std::string_view subject_area) const {
  if (!subject_area.starts_with(area)) return false;
  return std::none_of(except.begin(), except.end(),
                      [&](auto& other) { return subject_area.starts_with(other); });
}

std::vector<Season> Calendar::seasons(Date from, Date to) const {
  from = sane(from), to = sane(to);
  std::vector<Season> found;
  for (const auto& line : data_->seasons) {
    if (line.declared) continue;
    for (int year = from.year() - 1; year <= to.year(); ++year) {
      auto season = season_of(line, year);
      if (season.first <= to && season.last >= from) found.push_back(std::move(season));
    }
  }
  std::sort(found.begin(), found.end(), [](auto& a, auto& b) {
    return std::tie(a.first, a.id, a.area) < std::tie(b.first, b.id, b.area);
  });
  return found;
}

std::vector<std::string> Calendar::season_ids() const { return data_->season_ids; }

std::string Calendar::explain(Date d) const {
  static constexpr const char* kWeekdays[] = {"日", "一", "二", "三", "四", "五", "六"};
  std::string text = d.str() + " " + kWeekdays[d.weekday()] + " ";
  const bool known = published(d.year());
  const auto found = data_->reasons.find(d);
  if (found == data_->reasons.end())
    return text + (is_workday(d) ? "工作日" : "周末") + (known ? "" : "(放假安排未公布)");
  const Reason& reason = found->second;
  if (reason.notice.empty()) return text + reason.holiday + "法定放假(放假安排未公布)";
  return text + (reason.worked ? "调休上班(" + reason.holiday + "," : reason.holiday + "放假(") +
         reason.notice + ")";
}

const std::string& Calendar::text() const { return data_->text; }

}  // namespace duban::calendar
