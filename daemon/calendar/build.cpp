// Joins the files: what no two of them may say, what follows from all of them together.
#include <fmt/format.h>

#include <algorithm>

#include "calendar/data.hpp"
#include "calendar/errors.hpp"

namespace duban::calendar {
namespace {

class Builder {
 public:
  explicit Builder(Diagnostics& out) : out_(out) {}

  void read(const std::vector<SourceFile>& files);
  std::shared_ptr<Calendar::Data> join();

 private:
  void add_year(const YearFile& file);
  void add_day(const Arranged& holiday, const DayAt& day, bool worked);
  void add_statutory(int year);
  void check_run(const Arranged& holiday);
  void add_runs(const std::vector<std::string>& ids, const std::string& name, int year, Date first, Date last,
                const std::string& notice);
  void add_statutory_runs(int year);
  /// The whole run of days off around [first, last].
  std::pair<Date, Date> run(Date first, Date last) const;

  Diagnostics& out_;
  std::vector<YearFile> years_;
  std::optional<StatutoryFile> statutory_;
  SeasonFile seasons_;
  std::map<Date, Place> listed_;
  std::map<Date, bool> exceptions_;
  std::shared_ptr<Calendar::Data> data_ = std::make_shared<Calendar::Data>();
};

void Builder::read(const std::vector<SourceFile>& files) {
  std::vector<std::pair<yaml::Reader, const SourceFile*>> years;
  for (const auto& file : files) {
    const auto root = yaml::Reader::parse(file.name, file.text, out_);
    if (!root) continue;
    if (root.get("year")) {
      years.emplace_back(root, &file);
    } else if (root.get("statutory")) {
      statutory_ = read_statutory(root);
    } else if (root.get("seasons")) {
      read_seasons(root, seasons_);
    } else {
      root.error(errors::kFileKind, "a calendar file has `year`, `statutory` or `seasons` at its top",
                 "add one, or move the file out of the calendar's folder");
    }
  }
  if (!statutory_)
    out_.error(errors::kNoFiles, {}, "no calendar file declares the holidays",
               "expected statutory.yaml in its folder");
  const auto known = statutory_ ? statutory_->ids() : std::vector<std::string>{};
  for (const auto& [root, file] : years) years_.push_back(read_year(root, known));
}

void Builder::add_year(const YearFile& file) {
  if (!data_->published.insert(file.year).second) {
    out_.error(errors::kYear, file.place, fmt::format("another file gives the arrangement of {}", file.year),
               "keep one file for each year; a later notice stands under `changes` in it");
    return;
  }
  std::set<std::string> seen;
  for (const auto& holiday : file.holidays) {
    for (const auto& id : holiday.ids) {
      if (!seen.insert(id).second)
        out_.error(errors::kListedTwice, holiday.off.empty() ? file.place : holiday.off.front().place,
                   fmt::format("the holiday '{}' stands twice in {}", id, file.year),
                   "put its days off together");
    }
    for (const auto& day : holiday.off) add_day(holiday, day, false);
    for (const auto& day : holiday.work) add_day(holiday, day, true);
  }
}

void Builder::add_day(const Arranged& holiday, const DayAt& day, bool worked) {
  const auto [other, fresh] = listed_.emplace(day.date, day.place);
  if (!fresh) {
    out_.error(errors::kListedTwice, day.place, fmt::format("{} is listed already", day.date.str()),
               fmt::format("see {}:{}; a day is off or worked once, in one file", other->second.file,
                           other->second.line));
    return;
  }
  exceptions_[day.date] = worked;
  data_->reasons[day.date] = {worked, holiday.name, holiday.notice};
}

void Builder::add_statutory(int year) {
  for (const auto& holiday : statutory_->holidays) {
    for (const Date day : statutory_->days(holiday, year)) {
      // Where two holidays fall on one day (2031-10-01), the first of the file names it.
      if (exceptions_.emplace(day, false).second) data_->reasons[day] = {false, holiday.name, ""};
    }
  }
}

void Builder::check_run(const Arranged& holiday) {
  for (size_t i = 1; i < holiday.off.size(); ++i) {
    for (Date d = holiday.off[i - 1].date + 1; d < holiday.off[i].date; ++d) {
      if (!data_->workdays.is_workday(d)) continue;
      out_.error(errors::kNotOneRun, holiday.off[i].place,
                 fmt::format("{} between the days off of {} is a workday", d.str(), holiday.name),
                 "a holiday is one run of days off: name the missing day, or correct the dates");
      return;
    }
  }
}

std::pair<Date, Date> Builder::run(Date first, Date last) const {
  while (!data_->workdays.is_workday(first - 1)) --first;
  while (!data_->workdays.is_workday(last + 1)) ++last;
  return {first, last};
}

void Builder::add_runs(const std::vector<std::string>& ids, const std::string& name, int year, Date first,
                       Date last, const std::string& notice) {
  for (const auto& id : ids) data_->holidays.push_back({id, name, year, first, last, notice});
}

void Builder::add_statutory_runs(int year) {
  std::map<std::pair<Date, Date>, std::vector<const StatutoryHoliday*>> runs;
  for (const auto& holiday : statutory_->holidays) {
    const auto days = statutory_->days(holiday, year);
    if (!days.empty()) runs[run(days.front(), days.back())].push_back(&holiday);
  }
  for (const auto& [span, holidays] : runs) {
    std::vector<std::string> ids;
    std::string name;
    for (const auto* holiday : holidays) {
      ids.push_back(holiday->id);
      name += (name.empty() ? "" : "、") + holiday->name;
    }
    add_runs(ids, name, year, span.first, span.second, "");
  }
}

std::shared_ptr<Calendar::Data> Builder::join() {
  for (const auto& file : years_) add_year(file);
  std::vector<int> unannounced;
  if (statutory_) {
    data_->holiday_ids = statutory_->ids();
    for (int year = statutory_->from; year <= kLastYear; ++year)
      if (!data_->published.contains(year)) unannounced.push_back(year);
  }
  for (const int year : unannounced) add_statutory(year);
  data_->workdays = Workdays(exceptions_);
  for (const auto& file : years_) {
    for (const auto& holiday : file.holidays) {
      check_run(holiday);
      if (holiday.off.empty()) continue;
      const auto [first, last] = run(holiday.off.front().date, holiday.off.back().date);
      add_runs(holiday.ids, holiday.name, file.year, first, last, holiday.notice);
    }
  }
  for (const int year : unannounced) add_statutory_runs(year);
  std::sort(data_->holidays.begin(), data_->holidays.end(),
            [](auto& a, auto& b) { return std::tie(a.first, a.id) < std::tie(b.first, b.id); });
  data_->seasons = std::move(seasons_.lines);
  data_->season_ids = std::move(seasons_.ids);
  return data_;
}

}  // namespace

std::shared_ptr<Calendar::Data> build(const std::vector<SourceFile>& files, Diagnostics& out) {
  Builder builder(out);
  builder.read(files);
  return builder.join();
}

}  // namespace duban::calendar
