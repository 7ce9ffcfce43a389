// `duban import-calendar`: a year's file from the State Council's notice.
#pragma once

#include <string>

#include "app/console.hpp"

namespace duban::app {

struct ImportArguments {
  std::string
      notice;    // a text file of the notice, or JSON of the holiday-cn collection; "-" is standard input
  int year = 0;  // what the text itself does not say; 0 and empty: it does
  std::string number;
  std::string url;
  std::string out;  // a file to write; empty: standard output
};

int import_command(const ImportArguments& arguments, Console& console);

}  // namespace duban::app
