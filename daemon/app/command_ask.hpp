// `duban status`, `alerts`, `items`, `dead-letters`, `ack`: look and act, over a running daemon's API.
#pragma once

#include <string>

#include "app/console.hpp"

namespace duban::app {

struct AskArguments {
  std::string config;
  std::string url;  // empty: the settings'
  bool json = false;
};

struct ListArguments {
  AskArguments ask;
  std::string filter;
  std::string state;    // of items: open, ended, all
  std::string subject;  // of items: KIND/ID
  int limit = 50;
};

struct AckArguments {
  AskArguments ask;
  std::string alert;
  std::string by;
};

int status_command(const AskArguments& arguments, Console& console);
/// With an id: that alert alone, and every attempt.
int alerts_command(const ListArguments& arguments, const std::string& id, Console& console);
int items_command(const ListArguments& arguments, Console& console);
int dead_letters_command(const ListArguments& arguments, Console& console);
int ack_command(const AckArguments& arguments, Console& console);

}  // namespace duban::app
