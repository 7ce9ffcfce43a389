// `duban explain`: why this was said, or why it was not.
#pragma once

#include <string>

#include "app/console.hpp"

namespace duban::app {

struct ExplainArguments {
  std::string config;
  std::string store;    // empty: the settings'
  std::string alert;    // an alert's id, or empty
  std::string rule;     // a rule …
  std::string subject;  // … and its subject, "hazard/H1" or "H1"
  bool json = false;
};

int explain_command(const ExplainArguments& arguments, Console& console);

}  // namespace duban::app
