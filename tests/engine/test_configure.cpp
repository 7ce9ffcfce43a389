#include <catch2/catch.hpp>

#include "engine_scene.hpp"

using namespace duban;
using test::Stage;
using Lines = std::vector<std::string>;

namespace {

std::string ladder(const std::string& stages, const std::string& more = "") {
  return R"(
rules:
  - id: rectify
    title: 限期整改
    subject: hazard
    when: has(hazard.due)
    due: hazard.due
    until: hazard.state in ['awaiting_reinspection', 'closed', 'withdrawn', 'deferred']
    stages:
)" + stages +
         more;
}

const std::string kThree = R"(
      - { id: t-3, at: due - 3wd 09:00, level: remind, to: [unit.officer] }
      - { id: t-0, at: due 09:00, level: remind, to: [unit.officer] }
      - { id: overdue, at: due + 1wd 09:00, level: urge, to: [office] }
)";

/// A hazard due on Monday 2023-03-20, with the three days' reminder said on the 15th.
void begin(Stage& stage) {
  stage.hazard("2023-03-01T10:00", "H1");
  stage.event("2023-03-01T11:00", "hazard.ordered",
              R"({"hazard_id":"H1","order_id":"O1","issued_on":"2023-03-01","due":"2023-03-20"})");
  REQUIRE(stage.said("2023-03-16T12:00") == Lines{"2023-03-15T09:00 t-3 H1"});
}

std::string edit(Stage& stage, const std::string& rules) {
  engine::Engine& engine = stage.scene.engine();
  return engine.configure(test::with_rules(rules), engine.instant());
}

}  // namespace

TEST_CASE(
    "a stage that is renamed, moved or added fires if its instant is still to come, and what was said is not "
    "said again") {
  Stage stage(ladder(kThree));
  begin(stage);
  REQUIRE(edit(stage, ladder(R"(
      - { id: t-3, at: due - 2wd 15:00, level: remind, to: [unit.officer] }
      - { id: past, at: due - 4wd 09:00, level: remind, to: [unit.officer] }
      - { id: t-1, at: due - 1wd 09:00, level: remind, to: [unit.officer] }
      - { id: today, at: due 09:00, level: remind, to: [unit.officer] }
      - { id: overdue, at: due + 2wd 09:00, level: urge, to: [office] }
)")) == "");
  CHECK(stage.said("2023-04-20T00:00") == Lines{"2023-03-15T09:00 t-3 H1", "2023-03-17T09:00 t-1 H1",
                                                "2023-03-20T09:00 today H1", "2023-03-22T09:00 overdue H1"});
}

TEST_CASE("a rule that is removed retires its items, and one that is added opens its own") {
  Stage stage(ladder(kThree));
  begin(stage);
  REQUIRE(edit(stage, R"(
rules:
  - { id: other, title: 另一条, subject: hazard, when: has(hazard.due), due: hazard.due, stages: [
      { id: eve, at: due - 1wd 09:00, level: remind, to: [unit.officer] },
      { id: past, at: due - 8wd 09:00, level: remind, to: [unit.officer] } ] }
)") == "");
  CHECK(stage.said("2023-04-20T00:00") == Lines{"2023-03-15T09:00 t-3 H1", "2023-03-17T09:00 eve H1"});
}

TEST_CASE("a condition that no longer holds after an edit ends the item, one that holds again resumes it") {
  Stage stage(ladder(kThree));
  begin(stage);
  std::string narrower = ladder(kThree);
  narrower.replace(narrower.find("has(hazard.due)"), 15, "has(hazard.due) && hazard.level == 'major'");
  REQUIRE(edit(stage, narrower) == "");
  CHECK(stage.said("2023-03-20T12:00") == Lines{"2023-03-15T09:00 t-3 H1"});
  REQUIRE(edit(stage, ladder(kThree)) == "");
  CHECK(stage.said("2023-04-20T00:00") == Lines{"2023-03-15T09:00 t-3 H1", "2023-03-21T09:00 overdue H1"});
}

TEST_CASE("an edit during a warning leaves the items of its span open") {
  const std::string storm = R"(
rules:
  - id: storm
    title: 暴雨
    trigger: { event: weather.warning, when: "trigger.color == 'red'" }
    subject: hazard
    when: hazard.open
    stages:
      - { id: now, at: opened, level: remind, to: [unit.officer] }
      - { id: later, at: opened + 5h, level: urge, to: [unit.officer] }
      - { id: over, at: ended, level: remind, to: [told] }
)";
  Stage stage(storm);
  stage.hazard("2023-06-01T10:00", "H1");
  stage.event("2023-06-02T10:00", "weather.warning",
              R"({"warning_id":"W1","status":"alert","type":"rainstorm","color":"red","areas":["34"],)"
              R"("issued_at":"2023-06-02T10:00:00+08:00","expires":"2023-06-02T20:00:00+08:00"})");
  REQUIRE(stage.said("2023-06-02T11:00") == Lines{"2023-06-02T10:00 now H1"});
  REQUIRE(edit(stage, storm + ladder(kThree).substr(ladder(kThree).find("  - id"))) == "");
  CHECK(stage.said("2023-06-03T00:00") ==
        Lines{"2023-06-02T10:00 now H1", "2023-06-02T15:00 later H1", "2023-06-02T20:00 over H1"});
}

TEST_CASE("a rule added during a warning opens its items for the warning that is there") {
  Stage stage(ladder(kThree));
  stage.hazard("2023-06-01T10:00", "H1");
  stage.event("2023-06-02T10:00", "weather.warning",
              R"({"warning_id":"W1","status":"alert","type":"rainstorm","color":"red","areas":["34"],)"
              R"("issued_at":"2023-06-02T10:00:00+08:00","expires":"2023-06-02T20:00:00+08:00"})");
  REQUIRE(stage.said("2023-06-02T11:00").empty());
  REQUIRE(edit(stage, ladder(kThree, R"(
  - { id: storm, title: 暴雨, subject: hazard, trigger: { event: weather.warning }, stages: [
      { id: now, at: opened, level: remind, to: [unit.officer] } ] }
)")) == "");
  CHECK(stage.said("2023-06-03T00:00") == Lines{"2023-06-02T11:00 now H1"});
}

TEST_CASE(
    "a date computed before its year's calendar came is computed again in the same episode and told once") {
  const test::Folder without;
  const std::filesystem::path shipped = DUBAN_SOURCE_DIR "/config/calendar";
  for (const auto& file : std::filesystem::directory_iterator(shipped)) {
    const std::string name = file.path().filename();
    if (name.ends_with(".yaml") && (name < "2023" || name > "2027"))
      std::filesystem::copy_file(file.path(), without.path(name));
  }
  const std::string rules = ladder(R"(
      - { id: before, at: due - 6wd 09:00, level: remind, to: [unit.officer] }
      - { id: eve, at: due - 1wd 09:00, level: remind, to: [unit.officer] }
      - { id: today, at: due 09:00, level: remind, to: [unit.officer] }
)");
  Stage stage(test::with_rules(rules, without.path()));
  stage.hazard("2022-12-28T10:00", "H1");
  // Ten workdays: to the 11th as long as nobody knows that Monday the 2nd of January is off.
  stage.event("2022-12-28T11:00", "hazard.ordered",
              R"({"hazard_id":"H1","order_id":"O1","issued_on":"2022-12-28","limit":{"n":10,"unit":"wd"}})");
  REQUIRE(stage.said("2023-01-05T12:00") == Lines{"2023-01-03T09:00 before H1"});
  CHECK(stage.last()["item"]["due"] == "2023-01-11");
  const std::string item = stage.last()["item"]["id"];
  REQUIRE(edit(stage, rules) == "");
  REQUIRE(stage.said("2023-01-20T00:00") ==
          Lines{"2023-01-03T09:00 before H1", "2023-01-11T09:00 eve H1", "2023-01-12T09:00 today H1"});
  CHECK(stage.last()["item"]["id"] == item);
  const auto told = [&](size_t alert) {
    const std::string text = nlohmann::json::parse(stage.scene.alerts()[alert].json)["text"];
    return text.find("2023-01-11因放假安排公布调整为2023-01-12") != std::string::npos;
  };
  CHECK(told(1));
  CHECK_FALSE(told(2));
}

TEST_CASE(
    "a due date that the rule computes is computed again when its year's calendar comes, and told once") {
  const test::Folder without;
  const std::filesystem::path shipped = DUBAN_SOURCE_DIR "/config/calendar";
  for (const auto& file : std::filesystem::directory_iterator(shipped)) {
    const std::string name = file.path().filename();
    if (name != "2023.yaml") std::filesystem::copy_file(file.path(), without.path(name));
  }
  const std::string rules = R"(
rules:
  - { id: found, title: 发现后跟踪, subject: hazard, due: hazard.found_on + 10wd, stages: [
      { id: eve, at: due - 1wd 09:00, level: remind, to: [unit.officer] },
      { id: late, at: due + 1wd 09:00, level: urge, to: [office] } ] }
)";
  Stage stage(test::with_rules(rules, without.path()));
  stage.hazard("2022-12-28T10:00", "H1");
  REQUIRE(stage.said("2023-01-05T12:00").empty());
  REQUIRE(edit(stage, rules) == "");
  CHECK(stage.said("2023-02-01T00:00") == Lines{"2023-01-11T09:00 eve H1", "2023-01-13T09:00 late H1"});
  const auto text = [&](size_t alert) -> std::string {
    return nlohmann::json::parse(stage.scene.alerts()[alert].json)["text"];
  };
  CHECK(text(0).find("2023-01-11因放假安排公布调整为2023-01-12") != std::string::npos);
  CHECK(text(1).find("放假安排") == std::string::npos);
}

TEST_CASE("a catalog without a state that an entity is in is refused, and all stays as it was") {
  const test::Folder catalog;
  const std::filesystem::path shipped = DUBAN_SOURCE_DIR "/config/catalog";
  for (const auto& file : std::filesystem::directory_iterator(shipped))
    if (file.path().filename() != "work.yaml")
      std::filesystem::copy_file(file.path(), catalog.path(file.path().filename()));
  Stage stage(ladder(kThree));
  begin(stage);
  engine::Engine& engine = stage.scene.engine();
  const auto smaller = test::with_rules(ladder(kThree), DUBAN_SOURCE_DIR "/config/calendar", catalog.path());
  stage.event("2023-03-16T13:00", "tip.received", R"({"tip_id":"T1","at":"2023-03-16T13:00:00+08:00"})");
  stage.said("2023-03-16T14:00");
  const auto before = engine.configuration();
  CHECK(engine.configure(smaller, engine.instant()).find("state 'received' of tip") != std::string::npos);
  CHECK(engine.configuration() == before);
  CHECK(stage.said("2023-04-20T00:00").size() == 3);
}
