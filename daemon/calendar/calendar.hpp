// Workdays, holidays and seasons of mainland China, from data files; dates only, never instants.
//
// Sources: the State Council's yearly notices (国务院办公厅关于部分节假日安排的通知), one data file a year in
// config/calendar, each naming its notice; 全国年节及纪念日放假办法 for years that are not announced yet;
// seasons by area from config/calendar/seasons.yaml. Immutable after loading; any thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/diagnostic.hpp"
#include "core/time.hpp"

namespace duban::calendar {

/// A holiday as rules see it: the whole run of days off, adjoining weekends included (scenarios.md, trap 12).
struct Holiday {
  std::string id;    // new-year, spring-festival, qingming, labour-day, dragon-boat, mid-autumn, national-day
  std::string name;  // 春节; two that fall together (2023: 中秋节、国庆节) are one run under each id
  int year = 0;      // the year of the notice: 2022-12-31 belongs to new-year/2023
  Date first;
  Date last;
  std::string notice;  // "国办发明电〔2022〕16号"; empty if not announced yet
};

/// A season in an area. A season may cross the year's end; `year` is that of its first day.
struct Season {
  std::string id;    // flood, forest_fire, heating …
  std::string name;  // 汛期
  std::string area;  // division code; applies to every area with this prefix; empty: everywhere
  int year = 0;
  Date first;
  Date last;
  std::string source;  // the file's note on where the dates come from
  /// Areas within `area` for which the file has a line of its own, so that this one does not hold there.
  std::vector<std::string> except;

  /// Whether this line is the one that counts for `subject_area`.
  bool covers(std::string_view subject_area) const;
};

class Calendar {
 public:
  /// Loads every *.yaml of `directory`. Never null: with errors in `out` it holds what could be read, good
  /// for checking other files against it and for nothing else.
  static std::shared_ptr<const Calendar> load(const std::string& directory, Diagnostics& out);
  /// The same from what text() gave, as it is kept with a configuration version.
  static std::shared_ptr<const Calendar> from_text(std::string_view text, Diagnostics& out);
  /// Weekends only, no holidays, nothing published: for tests of other things.
  static std::shared_ptr<const Calendar> plain();

  // The sums below take constant time, some nanoseconds (workdays.hpp).
  bool is_workday(Date d) const;
  /// x + n workdays as rules.md says it: n > 0 steps forward a day at a time from the day after `d` and
  /// counts each workday it lands on; n < 0 likewise back; n = 0 is `d` itself if a workday, else the next
  /// one.
  Date add_workdays(Date d, int n) const;
  /// The workdays after `a` up to and with `b`; negative (of the swapped pair) if b < a.
  int workdays_between(Date a, Date b) const;
  /// The last workday at or before / the first at or after `d`.
  Date workday_at_or_before(Date d) const;
  Date workday_at_or_after(Date d) const;

  /// Whether the arrangement of this year is known. A workday sum that steps on a day of a year that is not
  /// is provisional.
  bool published(int year) const;
  /// 0 if none is.
  int last_published_year() const;
  /// The year whose arrangement is missing although it should be there: this one's, from 1 December the next
  /// one's.
  std::optional<int> missing_year(Date today) const;
  /// True if any day from min(a,b) to max(a,b) lies in an unpublished year, or between 25 December and the
  /// end of the year before one: New Year's notice moves days there (2011-12-31, 2018-12-29, 2022-12-31).
  bool provisional(Date a, Date b) const;

  /// Holidays whose first day lies in [from, to], in order of first day, then id.
  std::vector<Holiday> holidays(Date from, Date to) const;
  /// Ids that any file knows, for error messages.
  std::vector<std::string> holiday_ids() const;
  /// Seasons of every area that overlap [from, to], in order of first day, id, area.
  std::vector<Season> seasons(Date from, Date to) const;
  std::vector<std::string> season_ids() const;
  /// Why a day is a workday or not, for `explain`: "2023-01-28 六 调休上班(国办发明电〔2022〕16号)".
  std::string explain(Date d) const;

  /// The text of all loaded files in order of name, for the configuration's version hash and for from_text().
  const std::string& text() const;

  struct Data;
  explicit Calendar(std::shared_ptr<const Data> data) : data_(std::move(data)) {}

 private:
  std::shared_ptr<const Data> data_;
};

}  // namespace duban::calendar
