// `duban demo`: a year of one district from an embedded broker, on a virtual clock.
#pragma once

#include <cstdint>
#include <string>

namespace duban::app {

struct DemoArguments {
  std::string config;
  uint64_t seed = 2023;
  double speed = 1.0;  // virtual days per second
  int days = 365;
  bool progress = true;
};

int demo_command(const DemoArguments& arguments);

}  // namespace duban::app
