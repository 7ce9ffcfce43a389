// What the program says of itself, and how it refuses what it does not understand.
#include "app/program.hpp"

using duban::test::check_golden;
using duban::test::Ran;
using duban::test::run_duban;

TEST_CASE("the program and every command explain themselves") {
  for (const std::string command : {"", "run", "check", "test", "simulate", "forecast", "explain", "status",
                                    "alerts", "items", "dead-letters", "ack", "silence", "silence add",
                                    "silence list", "silence end", "audit", "demo", "import-calendar"}) {
    const Ran ran = run_duban(command + " --help");
    CHECK(ran.code == 0);
    CHECK(ran.error.empty());
    std::string name = "help" + (command.empty() ? "" : "-" + command);
    std::replace(name.begin(), name.end(), ' ', '-');
    check_golden(name + ".txt", ran.out);
  }
}

TEST_CASE("the version is told") {
  const Ran ran = run_duban("--version");
  CHECK(ran.code == 0);
  CHECK(ran.out.starts_with("duban "));
}

TEST_CASE("wrong usage is refused with exit code 2, a message and nothing on standard output") {
  const std::pair<const char*, const char*> wrong[] = {
      {"", "A subcommand is required"},      {"chek", "did you mean 'check'?"},
      {"check --formt json", "--formt"},     {"check --format xml", "xml"},
      {"simulate", "--events is required"},  {"simulate --events - --against rules", "standard input"},
      {"explain", "--item RULE SUBJECT"},    {"explain 5f-1 --item a b", "--item RULE SUBJECT"},
      {"test no-such-file", "no-such-file"}, {"forecast --days 0", "0"},
      {"demo --speed fast", "fast"},
  };
  for (const auto& [arguments, message] : wrong) {
    INFO(arguments);
    const Ran ran = run_duban(arguments);
    CHECK(ran.code == 2);
    CHECK(ran.out.empty());
    CHECK(ran.error.find(message) != std::string::npos);
  }
}

TEST_CASE("the settings may be named before the command and after it") {
  for (const char* arguments :
       {"--config no-such.yaml simulate --events x", "simulate --config no-such.yaml --events x"}) {
    const Ran ran = run_duban(arguments);
    CHECK(ran.code == 3);
    CHECK(ran.error.find("no-such.yaml: E001") != std::string::npos);
  }
}

TEST_CASE("an answer that cannot be written is an error") {
  const Ran ran = run_duban("--help >/dev/full");
  CHECK(ran.code == 4);
  CHECK(ran.error.find("could not be written") != std::string::npos);
}
