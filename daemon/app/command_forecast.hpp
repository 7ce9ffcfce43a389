// `duban forecast`: what will fire next if nothing more happens.
#pragma once

#include <string>

#include "app/console.hpp"

namespace duban::app {

struct ForecastArguments {
  std::string config;
  std::string store;  // empty: the settings'
  int days = 30;
  bool json = false;
};

int forecast_command(const ForecastArguments& arguments, Console& console);

}  // namespace duban::app
