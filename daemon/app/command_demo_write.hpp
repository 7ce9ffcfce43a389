// `duban demo --write FILE`: the demo's year as recorded events, for simulate and run --source.
#pragma once

#include <cstdint>
#include <string>

#include "app/console.hpp"

namespace duban::app {

struct DemoWriteArguments {
  std::string config;
  std::string file;  // "-" is standard output
  uint64_t seed = 2023;
};

int demo_write_command(const DemoWriteArguments& arguments, Console& console);

}  // namespace duban::app
