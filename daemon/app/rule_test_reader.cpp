#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>

#include "app/rule_test.hpp"
#include "app/rule_test_match.hpp"
#include "rule/level.hpp"

namespace duban::app {
namespace {

namespace fs = std::filesystem;

class Reading {
 public:
  Reading(const rule::Configuration& configuration) : configuration_(configuration) {
    for (const auto& rule : configuration.rules.rules) {
      rules_.push_back(rule->id);
      for (const auto& [area, stages] : rule->stages)
        for (const rule::Stage& stage : stages) stages_.insert(stage.id);
    }
  }

  std::vector<UnitEntry> units(const yaml::Reader& list) const {
    std::vector<UnitEntry> units = read_units(list);
    check_units(units, configuration_);
    return units;
  }

  RuleTest test(const yaml::Reader& entry, const std::vector<UnitEntry>& units) const {
    RuleTest test;
    test.units = units;
    for (UnitEntry& unit : this->units(entry.get("units"))) test.units.push_back(std::move(unit));
    test.name = entry.required("name").string();
    test.line = entry.place().line;
    read_events(entry.get("events"), test);
    for (const yaml::Reader& item : entry.get("expect").items()) test.expect.push_back(alert(item));
    for (const yaml::Reader& item : entry.get("expect_no").items()) test.expect_no.push_back(alert(item));
    for (const yaml::Reader& item : entry.get("expect_refused").items())
      test.expect_refused.push_back(pattern(item, {"at", "code", "reason", "key"}));
    read_span(entry, test);
    entry.finish();
    return test;
  }

 private:
  Instant instant(const yaml::Reader& scalar, Instant fallback) const {
    if (!scalar) return fallback;
    const auto parsed = configuration_.zone.parse(scalar.string());
    if (!parsed)
      scalar.error("E821", fmt::format("'{}' is no instant", scalar.string()),
                   "write it like 2023-01-19T10:00, in the zone of the settings, or with an offset");
    return parsed.value_or(fallback);
  }

  void read_events(const yaml::Reader& list, RuleTest& test) const {
    for (const yaml::Reader& entry : list.items()) {
      RuleTest::Event event;
      event.at = instant(entry.required("at"), {});
      event.line = entry.place().line;
      if (const yaml::Reader acknowledged = entry.get("acknowledge")) {
        event.acknowledges = alert(acknowledged);
        event.by = entry.required("by").string();
        add(entry, std::move(event), test);
        continue;
      }
      nlohmann::ordered_json json;
      json["specversion"] = "1.0";
      json["id"] = entry.get("id").string(fmt::format("event-{}", test.events.size() + 1));
      json["source"] = entry.get("source").string("/test");
      json["type"] = entry.required("type").string();
      for (const char* name : {"time", "subject"})
        if (const auto value = entry.get(name)) json[name] = value.string();
      const yaml::Reader data = entry.get("data");
      json["data"] = data ? nlohmann::ordered_json::parse(data.to_json()) : nlohmann::ordered_json::object();
      event.json = json.dump();
      add(entry, std::move(event), test);
    }
  }

  static void add(const yaml::Reader& entry, RuleTest::Event event, RuleTest& test) {
    entry.finish();
    if (!test.events.empty() && event.at < test.events.back().at)
      entry.error("E822", "this event is earlier than the one before it",
                  "write the events in order of `at`, the instant at which each arrives; when it happened "
                  "is its `time`");
    test.events.push_back(std::move(event));
  }

  static Pattern pattern(const yaml::Reader& entry, const std::vector<std::string>& keys) {
    Pattern pattern;
    pattern.line = entry.place().line;
    for (const std::string& key : keys)
      if (const yaml::Reader value = entry.get(key); value && key != "at")
        pattern.fields.emplace_back(key, value.to_json());
    entry.finish();
    return pattern;
  }

  Pattern alert(const yaml::Reader& entry) const {
    Pattern alert = pattern(entry, alert_keys());
    alert.at = instant(entry.get("at"), kNever);
    if (const auto rule = entry.get("rule")) rule.one_of(rules_);
    if (const auto stage = entry.get("stage")) stage.one_of({stages_.begin(), stages_.end()});
    if (const auto level = entry.get("level")) level.one_of(rule::level_names());
    if (const auto severity = entry.get("severity")) severity.one_of(rule::severity_names());
    const yaml::Reader subject = entry.get("subject");
    if (subject.is_scalar() && subject.string().find('/') == std::string::npos)
      subject.error("E823", fmt::format("'{}' is no subject", subject.string()),
                    "write it as kind/id, like hazard/H1");
    return alert;
  }

  /// From when to when the test runs.
  void read_span(const yaml::Reader& entry, RuleTest& test) const {
    const yaml::Reader from = entry.get("from");
    const yaml::Reader until = entry.get("expect_no_more_until");
    if (!from && test.events.empty())
      entry.error("E824", "the test has neither events nor `from`",
                  "say where the clock starts: from: 2023-01-04T00:00");
    test.from = instant(from, test.events.empty() ? Instant{} : test.events.front().at);
    if (!test.events.empty() && test.events.front().at < test.from)
      from.error("E822", "the first event is earlier than `from`", "let the clock start before it");
    Instant last = test.events.empty() ? test.from : test.events.back().at;
    test.exact_until = instant(until, Instant::min());
    for (const Pattern& expected : test.expect) {
      if (expected.at == kNever) continue;
      last = std::max(last, expected.at);
      if (!until) test.exact_until = std::max(test.exact_until, expected.at);
    }
    test.end = std::max(last, test.exact_until);
    if (!until && test.expect.empty() && test.expect_no.empty() && test.expect_refused.empty())
      entry.error("E825", "the test expects nothing, so it cannot fail",
                  "name what is to be said (expect), or until when nothing is (expect_no_more_until)");
  }

  const rule::Configuration& configuration_;
  std::vector<std::string> rules_;
  std::set<std::string> stages_;
};

std::vector<std::string> resolved(const std::vector<std::string>& paths, const std::string& file) {
  std::vector<std::string> out;
  for (const std::string& path : paths)
    out.push_back((fs::path(file).parent_path() / path).lexically_normal().string());
  return out;
}

}  // namespace

std::optional<RuleTestFile> load_rule_tests(const std::string& file, const rule::Sources& sources,
                                            Diagnostics& out) {
  const yaml::Reader root = yaml::Reader::open(file, out);
  if (!root) return {};
  rule::Sources own = sources;
  own.rules = resolved(root.required("rules").strings(), file);
  own.today = std::nullopt;
  RuleTestFile tests;
  tests.file = file;
  if (out.has_errors()) return {};
  // A test takes some rules out of a whole; what it leaves unused, such as a ladder, is no finding about
  // them.
  Diagnostics of_rules;
  tests.configuration = rule::load(own, of_rules);
  if (!tests.configuration) {
    rule::load(own, out);
    return {};
  }
  const Reading reading(*tests.configuration);
  const std::vector<UnitEntry> units = reading.units(root.get("units"));
  std::set<std::string> names;
  for (const yaml::Reader& entry : root.required("tests").items()) {
    tests.tests.push_back(reading.test(entry, units));
    if (!names.insert(tests.tests.back().name).second)
      entry.get("name").error("E826", "another test of this file has this name",
                              "give each a name of its own");
  }
  root.finish();
  if (out.has_errors()) return {};
  return tests;
}

}  // namespace duban::app
