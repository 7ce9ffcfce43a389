// What a loaded Calendar knows.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "calendar/calendar.hpp"
#include "calendar/files.hpp"
#include "calendar/workdays.hpp"

namespace duban::calendar {

/// Why a day differs from Monday to Friday, or which holiday it is.
struct Reason {
  bool worked = false;
  std::string holiday;  // 春节
  std::string notice;   // empty: by law alone, the arrangement is not announced
};

struct Calendar::Data {
  Workdays workdays;
  std::set<int> published;
  std::map<Date, Reason> reasons;
  std::vector<Holiday> holidays;  // by first day, then id
  std::vector<std::string> holiday_ids;
  std::vector<SeasonLine> seasons;
  std::vector<std::string> season_ids;
  std::string text;
};

struct SourceFile {
  std::string name;
  std::string text;
};

/// Reads the files (in order of name) and joins them. Leaves `text` to the caller.
std::shared_ptr<Calendar::Data> build(const std::vector<SourceFile>& files, Diagnostics& out);

}  // namespace duban::calendar
