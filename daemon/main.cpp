#include <unistd.h>

#include <iostream>

#include "app/command_line.hpp"

int main(int argc, char** argv) {
  const auto clock = duban::make_system_clock();
  duban::app::Console console{std::cout, std::cerr, *clock, isatty(STDERR_FILENO) == 1};
  const int code = duban::app::command_line(argc, argv, console);
  std::cout.flush();
  return code;
}
