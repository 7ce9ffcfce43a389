// `duban silence add|list|end`: what people are not told for a while, over a running daemon's API.
#pragma once

#include <string>
#include <vector>

#include "app/command_ask.hpp"

namespace duban::app {

struct SilenceArguments {
  AskArguments ask;
  std::vector<std::string> matchers;  // "unit=E-1"; all must fit
  std::string when;                   // CEL over `alert`; must fit, too
  bool every = false;                 // all alerts: said instead of matchers
  std::string by, reason;
  std::string from, until, lasts;
  std::string id;    // of the one to end
  bool all = false;  // also those that are over
  int limit = 100;
};

/// The condition of matchers and `when`; why there is none in `error`.
std::string silence_condition(const SilenceArguments& arguments, std::string& error);

int silence_add_command(const SilenceArguments& arguments, Console& console);
int silence_list_command(const SilenceArguments& arguments, Console& console);
int silence_end_command(const SilenceArguments& arguments, Console& console);

}  // namespace duban::app
