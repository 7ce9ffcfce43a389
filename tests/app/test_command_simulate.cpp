#include <algorithm>
#include <nlohmann/json.hpp>
#include <random>

#include "app/program.hpp"

using namespace duban::test;
using nlohmann::json;

namespace {

constexpr char kEvents[] = " --events tests/app/fixture/events.jsonl ";

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

}  // namespace

TEST_CASE("scenario 1: ten workdays across the Spring Festival of 2023 come out with exactly its dates") {
  const Ran ran = run_duban(
      "simulate --events tests/scenes/scenario-1.jsonl --rule hazard-rectification --to 2023-12-31 --format "
      "jsonl");
  CHECK(ran.code == 0);
  std::vector<std::string> said;
  for (const std::string& line : lines_of(ran.out)) {
    const json alert = json::parse(line);
    said.push_back(alert["at"].get<std::string>() + " " + alert["level"].get<std::string>());
  }
  const std::vector<std::string> expected{
      "2023-01-31T09:00:00+08:00 remind", "2023-02-02T09:00:00+08:00 remind",
      "2023-02-06T09:00:00+08:00 remind", "2023-02-07T09:00:00+08:00 remind",
      "2023-02-08T09:00:00+08:00 urge",   "2023-02-10T09:00:00+08:00 circular"};
  CHECK(said == expected);
}

TEST_CASE("alerts are told in a table, what was refused in the summary") {
  const Ran ran = run_duban(std::string("simulate") + kFixture + kEvents);
  CHECK(ran.code == 0);
  check_golden("simulate.txt", ran.out);
  check_golden("simulate-summary.txt", ran.error);
}

TEST_CASE("events out of order are replayed in order of instant") {
  std::vector<std::string> lines = lines_of(text_of_file(DUBAN_SOURCE_DIR "/tests/app/fixture/events.jsonl"));
  std::shuffle(lines.begin(), lines.end(), std::mt19937(7));
  REQUIRE(lines.front().find("\"e1\"") == std::string::npos);
  std::string shuffled;
  for (const std::string& line : lines) shuffled += line + "\n\n";
  const Ran ran = run_duban(std::string("simulate") + kFixture + "--events -", shuffled);
  CHECK(ran.code == 0);
  check_golden("simulate.txt", ran.out);
  CHECK(ran.error.find("not in order of instant") != std::string::npos);
}

TEST_CASE("lines that are no events are refused with their line and the reason") {
  const Ran ran = run_duban(std::string("simulate") + kFixture + "--events -",
                            "{\"at\":\"2023-01-01T00:00:00Z\"\n"
                            "{\"specversion\":\"1.0\",\"id\":\"a\"}\n"
                            "{\"at\":\"yesterday\"}\n"
                            "\"text\"\n"
                            "{\"at\":\"2023-01-01\",\"id\":\"b\",\"source\":\"/"
                            "t\",\"type\":\"hazard.seen\",\"data\":{}}\n");
  CHECK(ran.code == 0);
  CHECK(ran.out == "");
  check_golden("simulate-refused.txt", ran.error);
}

TEST_CASE("a run is cut by time, rule and subject") {
  const auto told = [](const std::string& options) {
    const Ran ran = run_duban(std::string("simulate --format jsonl") + kFixture + kEvents + options);
    CHECK(ran.code == 0);
    std::string stages;
    for (const std::string& line : lines_of(ran.out))
      stages += json::parse(line)["stage"].get<std::string>() + " ";
    return stages;
  };
  CHECK(told("") == "t-3 overdue interview ");
  CHECK(told("--from 2023-02-08") == "overdue interview ");
  CHECK(told("--to 2023-02-08T08:59") == "t-3 ");
  CHECK(told("--to 2023-02-08T09:00") == "t-3 overdue ");
  CHECK(told("--subject hazard/H2") == "");
  CHECK(told("--rule rectification --subject hazard/H1") == "t-3 overdue interview ");
  CHECK(told("--rules tests/app/fixture/stricter.yaml") == "t-3 overdue ");
}

TEST_CASE("a filter that can match nothing is refused") {
  const std::pair<const char*, const char*> wrong[] = {
      {"--rule rectificaton", "did you mean 'rectification'?"},
      {"--subject H1", "write it as kind/id"},
      {"--subject hazzard/H1", "did you mean 'hazard'?"},
      {"--from soon", "'soon' is no instant"}};
  for (const auto& [options, message] : wrong) {
    const Ran ran = run_duban(std::string("simulate") + kFixture + kEvents + options);
    CHECK(ran.code == 2);
    CHECK(ran.error.find(message) != std::string::npos);
  }
}

TEST_CASE("two rule sets are compared by person and day") {
  const Ran ran =
      run_duban(std::string("simulate --against tests/app/fixture/stricter.yaml") + kFixture + kEvents);
  CHECK(ran.code == 1);
  check_golden("simulate-against.txt", ran.out);
  const Ran same =
      run_duban(std::string("simulate --against tests/app/fixture/rules.yaml") + kFixture + kEvents);
  CHECK(same.code == 0);
  CHECK(same.out == "");
}

TEST_CASE("events that cannot be read end the run with its exit code") {
  CHECK(run_duban(std::string("simulate --events no-such.jsonl") + kFixture).code == 5);
  CHECK(run_duban(std::string("simulate --events tests") + kFixture).code == 5);
}

TEST_CASE("a run of no events says nothing and is no error") {
  const Ran ran = run_duban(std::string("simulate --events -") + kFixture);
  CHECK(ran.code == 0);
  CHECK(ran.out == "");
}
