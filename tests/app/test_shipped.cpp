// What is shipped in config/ and rules/ does what it says: the same engine and files as a user's.
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "app/demo_data.hpp"
#include "app/jsonl_records.hpp"
#include "app/rule_test.hpp"
#include "app/scene.hpp"
#include "app/settings.hpp"

using namespace duban;

namespace {

const std::string kRoot = DUBAN_SOURCE_DIR;

const app::Loaded& shipped() {
  static Diagnostics out;
  static const app::Loaded loaded = app::load_all(kRoot + "/config/duban.yaml", out);
  return loaded;
}

/// The units of the directory, at the instant of the first event, then the events.
struct Run {
  explicit Run(std::shared_ptr<const rule::Configuration> configuration)
      : zone(configuration->zone), scene(std::move(configuration)) {}

  void directory(Instant at) {
    Diagnostics out;
    for (event::Record& record : app::directory_records(shipped().settings.directory_file, out)) {
      record.at = at;
      scene.feed(std::move(record));
    }
    REQUIRE_FALSE(out.has_errors());
  }
  void feed(const std::string& json, Instant at) {
    scene.feed(app::owned_record(json, events, offset++, at));
  }

  Zone zone;
  app::Scene scene;
  event::Input events{"events", 0};
  int64_t offset = 0;
};

/// "01-31 hazard-rectification/t-5" of each alert about the hazard H1 of scenario 1.
std::vector<std::string> scenario_1() {
  Run run(shipped().configuration);
  std::ifstream file(kRoot + "/tests/scenes/scenario-1.jsonl");
  std::string line;
  while (std::getline(file, line)) {
    const Instant at = *run.zone.parse(nlohmann::json::parse(line)["at"].get<std::string>());
    if (run.offset == 0) run.directory(at);
    run.feed(line, at);
  }
  run.scene.run_to(*run.zone.parse("2023-06-30"));
  std::vector<std::string> said;
  for (const app::Said& alert : run.scene.alerts())
    if (alert.subject == "hazard/H1")
      said.push_back(run.zone.format(alert.at).substr(5, 11) + " " + alert.rule + "/" + alert.stage);
  CHECK(run.scene.refused().empty());
  return said;
}

}  // namespace

TEST_CASE("the shipped settings, catalog, calendars, rules and routes load without a finding") {
  Diagnostics out;
  const app::Loaded loaded = app::load_all(kRoot + "/config/duban.yaml", out);
  CHECK(out.text() == "");
  REQUIRE(loaded.configuration != nullptr);
  CHECK(loaded.configuration->rules.rules.size() >= 15);
}

TEST_CASE("every shipped rule has a test file that passes") {
  std::vector<std::string> tested;
  for (const auto& entry : std::filesystem::directory_iterator(kRoot + "/tests/rules")) {
    if (!entry.path().string().ends_with(".test.yaml")) continue;
    Diagnostics out;
    const auto file = app::load_rule_tests(entry.path().string(), shipped().settings.sources, out);
    INFO(out.text());
    REQUIRE(file);
    for (const auto& rule : file->configuration->rules.rules) tested.push_back(rule->id);
    for (const app::RuleTest& test : file->tests) {
      INFO(entry.path().filename().string() << ": " << test.name);
      const app::Verdict verdict = app::run_rule_test(test, *file);
      for (const app::Finding& finding : verdict.findings)
        if (finding.kind != app::Finding::Kind::as_expected) UNSCOPED_INFO(finding.what);
      CHECK(verdict.passed);
    }
  }
  for (const auto& rule : shipped().configuration->rules.rules) {
    INFO(rule->id);
    CHECK(std::count(tested.begin(), tested.end(), rule->id) > 0);
  }
}

TEST_CASE("scenario 1 comes out with its dates: ten working days across the Spring Festival of 2023") {
  const std::vector<std::string> expected = {
      "01-20T09:00 pre-holiday-hazards/t-1",      "01-28T09:00 pre-holiday-hazards/resumption",
      "01-30T09:00 five-fixes/incomplete",        "01-31T09:00 five-fixes/department",
      "01-31T09:00 hazard-rectification/t-5",     "02-02T09:00 hazard-rectification/t-3",
      "02-06T09:00 hazard-rectification/t-1",     "02-07T09:00 hazard-rectification/t-0",
      "02-08T09:00 hazard-rectification/overdue", "02-10T09:00 hazard-rectification/circular",
      "02-20T10:00 re-inspection/closed"};
  CHECK(scenario_1() == expected);
}

TEST_CASE("the demo's year runs through the shipped rules: only what is illegal is refused") {
  Run run(shipped().configuration);
  const auto year = app::demo_year({}, *shipped().configuration->calendar);
  run.directory(year.front().at);
  for (const app::DemoEvent& event : year) run.feed(event.json, event.at);
  run.scene.run_to(*run.zone.parse("2024-01-01"));

  std::map<std::string, int> refused;
  for (const ledger::DeadLetter& letter : run.scene.refused()) ++refused[letter.code];
  CHECK(refused == std::map<std::string, int>{{"D13", 1}, {"D15", 1}, {"D16", 1}, {"D20", 5}, {"D21", 1}});

  std::map<std::string, int> rules;
  int unaddressed = 0, unfinished = 0;
  for (const app::Said& said : run.scene.alerts()) {
    const auto alert = nlohmann::json::parse(said.json);
    ++rules[said.rule];
    if (alert["to"].empty()) ++unaddressed;
    if (alert["text"].get<std::string>().find('?') != std::string::npos) ++unfinished;
  }
  CHECK(unaddressed == 0);
  CHECK(unfinished == 0);  // a `?` stands for an expression of a message that failed
  CHECK(rules["hazard-rectification"] > 5'000);
  for (const char* rule : {"hazard-rectification-major",
                           "re-inspection",
                           "five-fixes",
                           "pre-holiday-check",
                           "pre-flood-check",
                           "rainstorm-on-open-works",
                           "disaster-check",
                           "listing-rectification",
                           "weather-open-works",
                           "door-knock",
                           "incident-follow-up",
                           "larger-incident",
                           "monthly-department-check",
                           "monthly-progress-report",
                           "quarterly-self-check",
                           "half-year-drill",
                           "drill-evaluation",
                           "certificate-expiry",
                           "task-deadline",
                           "tip-clock",
                           "look-back",
                           "covert-coverage",
                           "party-meeting-check",
                           "year-end-tasks",
                           "own-plan"}) {
    INFO(rule);
    CHECK(rules[rule] > 0);
  }
  // A rule that floods the few people of a district is a defect; only the hazards' own clock may say so much.
  CHECK(run.scene.alerts().size() < 25'000);
  for (const auto& [rule, alerts] : rules) {
    INFO(rule);
    CHECK((alerts < 2'500 || rule == "hazard-rectification"));
  }
}
