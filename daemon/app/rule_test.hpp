// Tests of rules (rules.md, "Tests of rules"): units and events in, the alerts that must and must not be
// said.
//
//   rules: [../../rules/flood-season.yaml]        relative to the file
//   units: [{ unit_id: D-1, kind: department, … }]
//   tests:
//     - name: …
//       units: […]                                besides the file's
//       from: 2023-01-04T00:00                    where the clock starts; default: the first event
//       events: [{ at, type, data, id, source, time, subject }]
//               { at, acknowledge: { rule, stage, … }, by: T-1/principal }   the latest such alert said
//               before
//       expect: [{ at, rule, stage, … }]          any fields of the alert
//       expect_no: [{ rule, … }]                  no alert may match
//       expect_refused: [{ at, code, reason }]    dead letters; others are failures
//       expect_no_more_until: 2023-03-01T00:00    until then every alert must be expected
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "app/scene.hpp"
#include "app/unit_events.hpp"
#include "core/diagnostic.hpp"
#include "core/yaml.hpp"
#include "rule/configuration.hpp"

namespace duban::app {

/// What an alert, or a dead letter, must look like: the fields named, each with its value as JSON text.
struct Pattern {
  Instant at = kNever;  // kNever: not named
  std::vector<std::pair<std::string, std::string>> fields;
  int line = 0;
};

struct RuleTest {
  struct Event {
    Instant at{};
    std::string json;  // structured mode
    int line = 0;
    std::optional<Pattern> acknowledges = std::nullopt;  // then `json` is empty
    std::string by = {};
  };
  std::string name;
  int line = 0;
  Instant from{};
  std::vector<UnitEntry> units;  // the file's and its own
  std::vector<Event> events;     // in order of instant
  std::vector<Pattern> expect;
  std::vector<Pattern> expect_no;
  std::vector<Pattern> expect_refused;
  Instant exact_until{};  // up to here (with it) alerts that are not expected are failures
  Instant end{};          // how far the clock runs
};

struct RuleTestFile {
  std::string file;
  std::shared_ptr<const rule::Configuration> configuration;
  std::vector<RuleTest> tests;
};

/// Reads a file and loads the rules it names; catalog, calendars and constants come from `sources`. Nothing
/// and the reasons in `out` if there are errors; warnings about the rules are left to `check`.
std::optional<RuleTestFile> load_rule_tests(const std::string& file, const rule::Sources& sources,
                                            Diagnostics& out);

/// One line of what a test showed, in order of instant.
struct Finding {
  enum class Kind {
    as_expected,
    missing,     // expected and not said
    unexpected,  // said and not expected
    forbidden,   // said, and an `expect_no` forbids it
    refused,     // an event that no `expect_refused` names
    not_refused  // an `expect_refused` that did not come
  };
  Kind kind = Kind::as_expected;
  Instant at = kNever;
  std::string what;                // the alert, or the pattern, in one line
  int line = 0;                    // of the expectation in the file
  std::string nearest;             // of a missing one: what was said instead, if anything comes near
  std::vector<std::string> other;  // how that differs: "level: expected urge, said remind"
};

struct Verdict {
  bool passed = true;
  std::vector<Finding> findings;
};

Verdict run_rule_test(const RuleTest& test, const RuleTestFile& file);

}  // namespace duban::app
