#include <unistd.h>

#include <iostream>

#include "app/command_line.hpp"
#include "app/exit_codes.hpp"

int main(int argc, char** argv) {
  const auto clock = duban::make_system_clock();
  duban::app::Console console{std::cout, std::cerr, *clock, isatty(STDERR_FILENO) == 1};
  const int code = duban::app::command_line(argc, argv, console);
  if (std::cout.flush()) return code;
  std::cerr << "duban: the answer could not be written to standard output\n";
  return code == duban::app::kOk ? duban::app::kStorage : code;
}
