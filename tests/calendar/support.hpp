// What the calendar's tests share: the shipped data, dates by their text, the second source of workdays.
#pragma once

#include <catch2/catch.hpp>
#include <fstream>
#include <map>
#include <sstream>
#include <string>

#include "calendar/calendar.hpp"

namespace duban {

/// For Catch's messages.
inline std::ostream& operator<<(std::ostream& out, Date d) { return out << d.str(); }

namespace calendar {

inline const std::string kConfig = DUBAN_SOURCE_DIR "/config/calendar";
inline const std::string kTests = DUBAN_SOURCE_DIR "/tests/calendar";

inline Date day(std::string_view text) {
  const auto date = Date::parse(text);
  if (!date) throw std::invalid_argument("no date: " + std::string(text));
  return *date;
}

inline std::string content(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw std::invalid_argument("cannot read " + path);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

/// config/calendar as it is shipped; loaded once.
inline const Calendar& shipped() {
  static const auto calendar = [] {
    Diagnostics found;
    auto loaded = Calendar::load(kConfig, found);
    if (found.has_errors()) throw std::runtime_error(found.text());
    return loaded;
  }();
  return *calendar;
}

/// Every day of 2007 to 2026 as data/workdays-2007-2026.txt has it, which was not made from config/calendar.
inline const std::map<Date, bool>& second_source() {
  static const auto days = [] {
    std::map<Date, bool> worked;
    std::istringstream lines(content(kTests + "/data/workdays-2007-2026.txt"));
    for (std::string line; std::getline(lines, line);) {
      if (line.starts_with('#')) continue;
      Date d = day(line.substr(0, 7) + "-01");
      for (const char c : line.substr(8)) worked[d] = c == 'w', ++d;
    }
    return worked;
  }();
  return days;
}

}  // namespace calendar
}  // namespace duban
