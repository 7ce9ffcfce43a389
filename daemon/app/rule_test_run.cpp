#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "app/jsonl_records.hpp"
#include "app/rule_test.hpp"
#include "app/rule_test_match.hpp"
#include "engine/plan.hpp"

namespace duban::app {
namespace {

using nlohmann::json;

/// What was said, or refused, in order of instant.
struct Observed {
  Instant at{};
  json said;
};

struct Run {
  std::vector<Observed> alerts;
  std::vector<Observed> refusals;
  std::vector<const RuleTest::Event*> unacknowledged;  // nothing was said that they could acknowledge
};

/// The event by which the latest alert of this pattern is acknowledged; empty if none was said.
std::string acknowledgement(const RuleTest::Event& event, size_t position, const Scene& scene,
                            const Zone& zone) {
  std::string id;
  for (const Said& said : scene.alerts()) {
    const json alert = json::parse(said.json);
    if (differences(*event.acknowledges, said.at, alert, zone).empty()) id = alert.at("id");
  }
  if (id.empty()) return {};
  return json{{"specversion", "1.0"},
              {"id", fmt::format("event-{}", position)},
              {"source", "/test"},
              {"type", "alert.acknowledged"},
              {"data", {{"alert_id", id}, {"by", event.by}}}}
      .dump();
}

Run play(const RuleTest& test, const RuleTestFile& file) {
  const event::Input units{"units", 0};
  const event::Input events{"events", 0};
  Scene scene(file.configuration);
  int64_t offset = 0;
  for (const UnitEntry& unit : test.units)
    scene.feed(owned_record(unit_event(unit, "/test", "unit"), units, offset++, test.from));
  offset = 0;
  Run run;
  for (const RuleTest::Event& event : test.events) {
    std::string text = event.json;
    if (event.acknowledges) {
      scene.run_to(event.at - Duration{1});
      text = acknowledgement(event, static_cast<size_t>(offset) + 1, scene, file.configuration->zone);
    }
    if (text.empty())
      run.unacknowledged.push_back(&event);
    else
      scene.feed(owned_record(std::move(text), events, offset, event.at));
    ++offset;
  }
  scene.run_to(test.end + engine::kMeasuring);
  for (const Said& said : scene.alerts()) run.alerts.push_back({said.at, json::parse(said.json)});
  for (const ledger::DeadLetter& letter : scene.refused())
    run.refusals.push_back(
        {letter.at, {{"code", letter.code}, {"reason", letter.reason}, {"key", letter.key}}});
  return run;
}

class Comparison {
 public:
  Comparison(const Zone& zone) : zone_(zone) {}

  void compare_alerts(const RuleTest& test, const std::vector<Observed>& alerts) {
    const std::vector<int> assigned = match(test.expect, alerts);
    std::vector<char> used(alerts.size(), 0);
    for (const int position : assigned)
      if (position >= 0) used[static_cast<size_t>(position)] = 1;
    for (size_t i = 0; i < test.expect.size(); ++i) {
      if (assigned[i] < 0)
        add_missing(test.expect[i], alerts, used);
      else
        add(Finding::Kind::as_expected, alerts[static_cast<size_t>(assigned[i])], test.expect[i].line);
    }
    for (size_t i = 0; i < alerts.size(); ++i) {
      const Pattern* forbids = forbidden_by(test.expect_no, alerts[i]);
      if (forbids != nullptr)
        add(Finding::Kind::forbidden, alerts[i], forbids->line);
      else if (!used[i] && alerts[i].at <= test.exact_until)
        add(Finding::Kind::unexpected, alerts[i], 0);
    }
  }

  void add_unacknowledged(const std::vector<const RuleTest::Event*>& events) {
    for (const RuleTest::Event* event : events)
      verdict_.findings.push_back({Finding::Kind::missing,
                                   event->at,
                                   "to acknowledge: " + summary(*event->acknowledges),
                                   event->line,
                                   {},
                                   {}});
  }

  void compare_refusals(const RuleTest& test, const std::vector<Observed>& refusals) {
    const std::vector<int> assigned = match(test.expect_refused, refusals);
    std::vector<char> used(refusals.size(), 0);
    for (size_t i = 0; i < assigned.size(); ++i) {
      const Pattern& pattern = test.expect_refused[i];
      if (assigned[i] >= 0)
        used[static_cast<size_t>(assigned[i])] = 1;
      else
        verdict_.findings.push_back(
            {Finding::Kind::not_refused, pattern.at, summary(pattern), pattern.line, {}, {}});
    }
    for (size_t i = 0; i < refusals.size(); ++i) {
      const json& said = refusals[i].said;
      const std::string what = said["code"].get<std::string>() + " " + said["reason"].get<std::string>();
      if (!used[i]) verdict_.findings.push_back({Finding::Kind::refused, refusals[i].at, what, 0, {}, {}});
    }
  }

  Verdict finish() {
    auto& findings = verdict_.findings;
    std::stable_sort(findings.begin(), findings.end(),
                     [](const Finding& a, const Finding& b) { return a.at < b.at; });
    verdict_.passed = std::all_of(findings.begin(), findings.end(), [](const Finding& finding) {
      return finding.kind == Finding::Kind::as_expected;
    });
    return std::move(verdict_);
  }

 private:
  std::vector<int> match(const std::vector<Pattern>& patterns, const std::vector<Observed>& observed) const {
    std::vector<std::vector<int>> matches(patterns.size());
    for (size_t i = 0; i < patterns.size(); ++i)
      for (size_t j = 0; j < observed.size(); ++j)
        if (differences(patterns[i], observed[j].at, observed[j].said, zone_).empty())
          matches[i].push_back(static_cast<int>(j));
    return assign(matches, observed.size());
  }

  const Pattern* forbidden_by(const std::vector<Pattern>& patterns, const Observed& alert) const {
    for (const Pattern& pattern : patterns)
      if (differences(pattern, alert.at, alert.said, zone_).empty()) return &pattern;
    return nullptr;
  }

  void add(Finding::Kind kind, const Observed& alert, int line) {
    verdict_.findings.push_back({kind, alert.at, summary(alert.said), line, {}, {}});
  }

  /// With what was said instead: the alert that nobody expects and that differs least.
  void add_missing(const Pattern& pattern, const std::vector<Observed>& alerts,
                   const std::vector<char>& used) {
    Finding finding{Finding::Kind::missing, pattern.at, summary(pattern), pattern.line, {}, {}};
    const size_t named = pattern.fields.size() + (pattern.at != kNever ? 1 : 0);
    auto least = std::pair(named, Duration::max());  // with fewer differences than fields, something is alike
    for (size_t i = 0; i < alerts.size(); ++i) {
      if (used[i]) continue;
      std::vector<std::string> other = differences(pattern, alerts[i].at, alerts[i].said, zone_);
      const Duration apart = pattern.at == kNever ? Duration{} : std::chrono::abs(alerts[i].at - pattern.at);
      if (other.size() >= named || std::pair(other.size(), apart) >= least) continue;
      least = {other.size(), apart};
      finding.nearest = zone_.format(alerts[i].at) + " " + summary(alerts[i].said);
      finding.other = std::move(other);
    }
    verdict_.findings.push_back(std::move(finding));
  }

  const Zone& zone_;
  Verdict verdict_;
};

}  // namespace

Verdict run_rule_test(const RuleTest& test, const RuleTestFile& file) {
  const Run run = play(test, file);
  Comparison comparison(file.configuration->zone);
  comparison.compare_alerts(test, run.alerts);
  comparison.compare_refusals(test, run.refusals);
  comparison.add_unacknowledged(run.unacknowledged);
  return comparison.finish();
}

}  // namespace duban::app
