#include <catch2/catch.hpp>

#include "rule/fixture.hpp"
#include "rule/scope.hpp"

using namespace duban;
using namespace duban::rule;

namespace {

std::shared_ptr<const Configuration> load_clean(const std::string& yaml) {
  Diagnostics out;
  auto configuration = test::load_rules(yaml, out);
  INFO(out.text());
  REQUIRE(configuration != nullptr);
  return configuration;
}

uint64_t bits(const event::EntityKind& kind, std::initializer_list<const char*> fields) {
  uint64_t mask = 0;
  for (const char* field : fields) mask |= uint64_t{1} << kind.layout->find(field);
  return mask;
}

constexpr char kHazardRule[] = R"(
ladders:
  hazard:
    - { id: t-3,     at: due - 3wd 09:00, level: remind, to: [unit.officer] }
    - { id: overdue, at: due + 1wd 09:00, level: urge, severity: warning, to: [unit.principal, village, town, department] }
    - { id: listing, at: due + 15wd 09:00, level: listing, severity: critical, to: [office@city.duty, 'field:tracker'] }
rules:
  - id: hazard-rectification
    title: 一般隐患限期整改
    basis: [S1-79, S0-44]
    subject: hazard
    when: hazard.level == 'general' && has(hazard.due)
    due: hazard.due
    until: hazard.state in ['awaiting_reinspection', 'closed', 'withdrawn']
    ladder: hazard
    stages:
      - { id: t-3, severity: serious }
      - { id: listing, off: true }
      - { id: own, at: opened, level: remind, to: unit, every: 24h, times: 3, unless: acknowledged }
    message: "【${stage.title}】${unit.name}:“${hazard.title}”应于${date(item.due)}前整改"
)";

}  // namespace

TEST_CASE("a rule takes its ladder's stages, overrides them by id, turns them off and adds its own") {
  const auto configuration = load_clean(kHazardRule);
  const Rule* rule = configuration->rules.find("hazard-rectification");
  REQUIRE(rule != nullptr);
  CHECK(rule->title == "一般隐患限期整改");
  CHECK(rule->basis == std::vector<std::string>{"S1-79", "S0-44"});
  const auto& stages = rule->stages_for("341004101205");
  REQUIRE(stages.size() == 3);
  CHECK(stages[0].id == "t-3");
  CHECK(stages[0].severity == Severity::serious);
  CHECK(text(stages[0].at) == "due - 3wd 09:00");
  CHECK(stages[1].to.size() == 4);
  CHECK(stages[1].title == "督促");
  CHECK(stages[2].every == Duration(std::chrono::hours(24)));
  CHECK(stages[2].times == 3);
  CHECK(stages[2].unless_acknowledged);
  CHECK(rule->stage("34", "listing") == nullptr);
}

TEST_CASE("a rule is evaluated again when a field that it reads has changed") {
  const auto configuration = load_clean(kHazardRule);
  const Rule* rule = configuration->rules.find("hazard-rectification");
  CHECK(rule->reads == bits(*rule->subject, {"level", "due", "state"}));
  CHECK_FALSE(rule->when_reads_unit);
  CHECK(configuration->rules.by_subject[static_cast<size_t>(rule->subject->index)].size() == 1);
}

TEST_CASE("the longest area of a ladder map that fits is the one that counts") {
  const auto configuration = load_clean(R"(
ladders:
  strict: [{ id: now, at: opened, level: urge, to: [unit] }]
  mild:   [{ id: now, at: opened, level: remind, to: [unit] }]
rules:
  - { id: r, subject: hazard, ladder: { default: mild, '34': mild, '341004': strict } }
)");
  const Rule* rule = configuration->rules.find("r");
  CHECK(rule->stage("341004101205", "now")->level == Level::urge);
  CHECK(rule->stage("341002", "now")->level == Level::remind);
  CHECK(rule->stage("37", "now")->level == Level::remind);
}

TEST_CASE("evidence finds its items by the subject's key, its unit, or not at all") {
  const auto configuration = load_clean(R"(
rules:
  - id: by-key
    subject: hazard
    done_by: { event: inspection.completed, when: "event.leader_led && event.hazard_id == hazard.hazard_id" }
    stages: [{ id: now, at: opened, level: remind, to: [unit] }]
  - id: by-unit
    subject: hazard
    done_by: { event: inspection.completed, when: event.target_enterprise == hazard.enterprise_id && event.leader_led }
    stages: [{ id: now, at: opened + 1m, level: remind, to: [unit] }]
  - id: of-unit
    trigger: { every: month }
    subject: unit
    when: unit.kind == 'department'
    due: trigger.end
    done_by: { event: meeting.held, when: unit.unit_id == event.unit, count: 2 }
    stages: [{ id: missed, at: due + 1wd 09:00, level: urge, to: [unit] }]
  - id: for-all
    subject: hazard
    done_by: { event: meeting.held, for_all: true }
    stages: [{ id: now, at: opened + 2m, level: remind, to: [unit] }]
)");
  const auto done_by = [&](const char* id) -> const DoneBy& {
    return *configuration->rules.find(id)->done_by;
  };
  CHECK(done_by("by-key").index == DoneBy::Index::subject_key);
  CHECK(done_by("by-key").index_term == 1);
  CHECK(done_by("by-unit").index == DoneBy::Index::subject_unit);
  const DoneBy& of_unit = done_by("of-unit");
  CHECK(of_unit.index == DoneBy::Index::subject_key);
  CHECK(of_unit.event_field == of_unit.event->layout->find("unit"));
  CHECK(of_unit.count == 2);
  CHECK(done_by("for-all").index == DoneBy::Index::none);
  CHECK(configuration->rules.by_evidence[static_cast<size_t>(of_unit.event->index)].size() == 2);
}

TEST_CASE(
    "an event trigger's items end with their span, a calendar trigger's live on, unless the rule says so") {
  const auto configuration = load_clean(R"(
rules:
  - id: rain
    trigger: { event: weather.warning, when: "trigger.type == 'rainstorm' && size(trigger.ids) > 0", for: 10wd }
    subject: hazard
    when: hazard.open && within(hazard.area, trigger.areas)
    due: opened + 24h
    stages: [{ id: missed, at: due, level: circular, to: [office.duty, told] }]
  - id: holiday
    trigger: { holiday: spring-festival, from: start - 10wd, to: end }
    subject: unit
    when: unit.kind == 'department'
    due: trigger.start - 1d
    stages: [{ id: missed, at: trigger.end + 1wd 09:00, level: urge, to: [unit] }]
)");
  const Rule* rain = configuration->rules.find("rain");
  CHECK(rain->trigger.kind == Trigger::Kind::event);
  REQUIRE(rain->trigger.for_.size() == 1);
  CHECK(rain->trigger.for_[0].unit == Unit::workdays);
  CHECK_FALSE(rain->outlives);
  const Rule* holiday = configuration->rules.find("holiday");
  CHECK(holiday->outlives);
  CHECK(holiday->trigger.name == "spring-festival");
  CHECK(text(*holiday->trigger.from) == "start - 10wd");
  const auto& catalog = *configuration->catalog;
  CHECK(configuration->replicated(*catalog.kind("warning")));
  CHECK(configuration->replicated(*catalog.kind("unit")));
  CHECK_FALSE(configuration->replicated(*catalog.kind("hazard")));
}

TEST_CASE("constants of the settings stand in expressions and in schedules") {
  const auto configuration = load_clean(R"(
rules:
  - id: r
    subject: hazard
    when: hazard.fail_count < const.limit_wd && const.rain.hours == 24
    due: hazard.due + $reinspection
    stages: [{ id: late, at: due + $limit_wd wd $at, level: urge, to: [unit] }]
)");
  const Rule* rule = configuration->rules.find("r");
  REQUIRE(rule->due->steps.size() == 1);
  CHECK(rule->due->steps[0].count == 10);
  const Schedule& at = rule->stages_for("")[0].at;
  CHECK(at.steps[0].unit == Unit::workdays);
  CHECK(at.time == TimeOfDay::parse("08:30"));
}

TEST_CASE("the version changes with every text that decides something, and with nothing else") {
  const auto version = [](const std::string& yaml, const rule::Sources& sources = test::fixture_sources()) {
    Diagnostics out;
    const auto configuration = test::load_rules(yaml, out, sources);
    REQUIRE(configuration != nullptr);
    return configuration->version;
  };
  const std::string same = version(kHazardRule);
  CHECK(same.size() == 32);
  CHECK(version(kHazardRule) == same);
  CHECK(version(std::string(kHazardRule) + "# a comment\n") != same);
  auto sources = test::fixture_sources();
  sources.constants_yaml += " ";
  CHECK(version(kHazardRule, sources) != same);
  sources = test::fixture_sources();
  sources.automatic["interview"] = {"341004"};
  CHECK(version(kHazardRule, sources) != same);
}

TEST_CASE("an official act is a proposal unless the settings make it automatic for the area") {
  auto sources = test::fixture_sources();
  sources.automatic["interview"] = {"341004"};
  Diagnostics out;
  const auto configuration = test::load_rules(kHazardRule, out, sources);
  REQUIRE(configuration != nullptr);
  CHECK_FALSE(configuration->is_proposal(Level::circular, "37"));
  CHECK(configuration->is_proposal(Level::interview, "37"));
  CHECK_FALSE(configuration->is_proposal(Level::interview, "341004101205"));
  CHECK(configuration->is_proposal(Level::listing, "341004101205"));
}
