// `duban simulate`: recorded events in, alerts out, nothing sent.
#pragma once

#include <string>
#include <vector>

#include "app/console.hpp"

namespace duban::app {

struct SimulateArguments {
  std::string config;
  std::string events;              // a file of JSON lines, or "-"
  std::string from;                // empty: all alerts are told
  std::string to;                  // empty: up to the last event
  std::vector<std::string> rules;  // in place of the settings' rules, if not empty
  std::string against;             // a second rule set to compare with
  std::string rule;
  std::string subject;
  std::string keep;  // a folder in which the ledger is left, for explain
  bool json = false;
};

int simulate_command(const SimulateArguments& arguments, Console& console);

}  // namespace duban::app
