// `duban run`: the daemon.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace duban::app {

struct RunArguments {
  std::string config;
  /// "jsonl:FILE" or "jsonl:-" in place of Kafka; the daemon ends when it has been read and delivered.
  std::string source;
  std::string log_level;           // overrides the settings'
  std::vector<std::string> seeks;  // "TOPIC/PARTITION=earliest|latest|OFFSET"
  bool accept_cluster = false;
};

/// Runs until SIGTERM or SIGINT; SIGHUP reloads, SIGUSR1 confirms a suspicious clock. The exit code.
int run_command(const RunArguments& arguments);

}  // namespace duban::app
