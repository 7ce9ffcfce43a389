// The commands that ask a running daemon or read its audit log, as the command line has them.
#pragma once

#include <CLI/App.hpp>
#include <functional>
#include <string>

#include "app/command_ask.hpp"
#include "app/command_audit.hpp"
#include "app/command_silence.hpp"

namespace duban::app {

class AskCommands {
 public:
  /// Makes a subcommand of `parent` that takes --config into `config`.
  using Make = std::function<CLI::App*(CLI::App& parent, const char* name, const char* what,
                                       const char* examples, std::string& config)>;
  /// What the chosen command does.
  using Choose = std::function<void(std::function<int()>)>;

  AskCommands(CLI::App& app, Console& console, Make make, Choose choose);

 private:
  CLI::App* asking(CLI::App& parent, const char* name, const char* what, const char* examples,
                   AskArguments& arguments);
  CLI::App* listing(const char* name, const char* what, const char* examples, ListArguments& arguments);
  void add_status();
  void add_lists();
  void add_ack();
  void add_silences();
  void add_silence_add(CLI::App& parent);
  void add_audit();

  CLI::App& app_;
  Console& console_;
  Make make_;
  Choose choose_;
  AskArguments status_;
  ListArguments alerts_, items_, dead_letters_;
  std::string alert_;
  AckArguments ack_;
  SilenceArguments silence_;
  AuditArguments audit_;
};

}  // namespace duban::app
