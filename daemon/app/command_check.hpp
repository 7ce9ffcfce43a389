// `duban check`: everything that is wrong with the files that users write, and what is surely a mistake.
#pragma once

#include <string>
#include <vector>

#include "app/console.hpp"

namespace duban::app {

struct CheckArguments {
  std::string config;
  std::vector<std::string> files;  // none: the whole configuration
  std::string today;               // the day whose coming year the calendar is to know; empty: by the clock
  bool strict = false;             // warnings fail, too
  bool json = false;
};

int check_command(const CheckArguments& arguments, Console& console);

}  // namespace duban::app
