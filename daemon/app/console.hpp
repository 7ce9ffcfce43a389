// What commands write to and read the time from; tests give their own.
#pragma once

#include <ostream>

#include "core/clock.hpp"
#include "core/diagnostic.hpp"

namespace duban::app {

struct Console {
  std::ostream& out;    // the answer
  std::ostream& error;  // findings, progress, summaries
  const Clock& clock;
  bool progress = false;  // `error` is a terminal that a line may be rewritten on
};

}  // namespace duban::app
