// `duban test`: runs rule tests on the real engine with a virtual clock.
#pragma once

#include <string>
#include <vector>

#include "app/console.hpp"

namespace duban::app {

struct TestArguments {
  std::string config;
  std::vector<std::string> files;  // or folders, whose *.test.yaml are run in order of name
  bool json = false;
  bool verbose = false;  // shows the alerts of tests that passed, too
};

int test_command(const TestArguments& arguments, Console& console);

}  // namespace duban::app
