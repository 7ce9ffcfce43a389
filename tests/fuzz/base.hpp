// A small catalog, calendar and constants, in memory, for the fuzzers of what stands on them.
#pragma once

#include <memory>

#include "calendar/calendar.hpp"
#include "event/catalog.hpp"
#include "rule/constants.hpp"
#include "rule/functions.hpp"
#include "rule/reading.hpp"

namespace duban::fuzz {

struct Base {
  Base();
  rule::Loading loading(Diagnostics& out) const {
    return {*catalog, *calendar, environment, constants, out, Date::of(2026, 11, 22), measures};
  }

  cel::Environment environment;
  rule::ConstantTexts constants;
  std::vector<rule::Measure> measures;
  std::shared_ptr<const calendar::Calendar> calendar;
  std::shared_ptr<const event::Catalog> catalog;
};

}  // namespace duban::fuzz
