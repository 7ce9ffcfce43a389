// The project's own functions of the expression language: within, same_area, add_days, add_workdays,
// workdays_between, is_workday, month, percent, join (rules.md, "Expressions"); `date` is the language's own.
#pragma once

#include "calendar/calendar.hpp"
#include "cel/program.hpp"

namespace duban::rule {

class MeasureSource;

/// What the functions need at run time; `cel::Context::host` points to one.
struct Host {
  const calendar::Calendar* calendar = nullptr;
  Zone zone = Zone::shanghai();
  /// Set by a function that stepped on a day of a year whose arrangement is not published.
  bool provisional = false;
  /// Null: measures cannot be asked for.
  MeasureSource* measures = nullptr;
};

/// Adds the functions' declarations to `env`.
void add_functions(cel::Environment& env);

/// Whether division code `area` lies in `prefix` (or any of a list).
bool within(std::string_view area, std::string_view prefix);

}  // namespace duban::rule
