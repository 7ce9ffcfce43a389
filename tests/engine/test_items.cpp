#include <catch2/catch.hpp>

#include "engine_scene.hpp"

using namespace duban;
using test::Stage;
using Lines = std::vector<std::string>;

namespace {

std::string rectify(const std::string& keys, const std::string& stages) {
  return R"(
rules:
  - id: rectify
    title: 整改
    subject: hazard
    when: has(hazard.due) && hazard.level == 'general'
    due: hazard.due
    until: hazard.state in ['awaiting_reinspection', 'closed', 'deferred']
)" + keys +
         "    stages:\n" + stages;
}

void order(Stage& stage, const std::string& at, const std::string& due, const std::string& id = "H1") {
  stage.event(at, "hazard.ordered",
              R"({"hazard_id":")" + id + R"(","order_id":"O","issued_on":")" + at.substr(0, 10) +
                  R"(","due":")" + due + "\"}");
}

std::vector<std::string> levels(const Stage& stage) {
  std::vector<std::string> out;
  for (const app::Said& said : stage.scene.alerts())
    out.push_back(nlohmann::json::parse(said.json)["level"].get<std::string>() + " " + said.rule);
  return out;
}

std::string inspection(const std::string& id, const std::string& more) {
  return R"({"inspection_id":")" + id +
         R"(","area":"341004","unit":"D-1","on":"2023-03-10","leader_led":true,"kind":["monthly"])" + more +
         "}";
}

const std::string kLate = "      - { id: late, at: due + 1wd 09:00, level: urge, to: [office] }\n";

}  // namespace

TEST_CASE("a due date on a day off rolls as the rule says") {
  const std::tuple<const char*, const char*, const char*> cases[] = {
      {"none", "2023-03-25", "2023-03-27T09:00 late H1"},
      {"next", "2023-03-27", "2023-03-28T09:00 late H1"},
      {"previous", "2023-03-24", "2023-03-27T09:00 late H1"}};
  for (const auto& [roll, due, late] : cases) {
    CAPTURE(roll);
    Stage stage(rectify("    roll: " + std::string(roll) + "\n", kLate));
    stage.hazard("2023-03-01T10:00", "H1");
    order(stage, "2023-03-01T11:00", "2023-03-25");  // a Saturday
    CHECK(stage.said("2023-04-10T00:00") == Lines{late});
    CHECK(stage.last()["item"]["due"] == due);
  }
}

TEST_CASE("a reminder on a day off moves as the rule says, a stage after the deadline does not") {
  const std::pair<const char*, Lines> cases[] = {
      {"before", {"2023-03-24T09:00 two-days H1", "2023-04-01T09:00 late H1"}},
      {"after", {"2023-03-27T09:00 two-days H1", "2023-04-01T09:00 late H1"}},
      {"keep", {"2023-03-25T09:00 two-days H1", "2023-04-01T09:00 late H1"}},
      {"skip", {"2023-04-01T09:00 late H1"}}};
  for (const auto& [how, said] : cases) {
    CAPTURE(how);
    Stage stage(rectify("    day_off: " + std::string(how) + "\n", R"(
      - { id: two-days, at: due - 2d 09:00, level: remind, to: [unit] }
      - { id: late, at: due + 5d 09:00, level: urge, to: [office] }
)"));
    stage.hazard("2023-03-01T10:00", "H1");
    order(stage, "2023-03-01T11:00", "2023-03-27");  // a Monday
    CHECK(stage.said("2023-04-10T00:00") == said);
  }
}

TEST_CASE("what is said when an item ends, or at the end of a day, knows which day is meant") {
  Stage stage(rectify("", R"(
      - { id: eve, at: due - 3d 24:00, level: remind, to: [unit] }
      - { id: over, at: ended, level: remind, to: [unit] }
)" + kLate));
  stage.hazard("2023-03-01T10:00", "H1");
  order(stage, "2023-03-01T11:00", "2023-03-27");  // a Monday: three days before is a Friday
  stage.event("2023-03-25T10:00", "hazard.rectified",
              R"({"hazard_id":"H1","completed_on":"2023-03-25"})");  // a Saturday
  CHECK(stage.said("2023-04-10T00:00") == Lines{"2023-03-25T00:00 eve H1", "2023-03-25T10:00 over H1"});
}

TEST_CASE("a reminder that would move before the opening stays where it is") {
  Stage stage(rectify("", "      - { id: eve, at: due - 1d 09:00, level: remind, to: [unit] }\n" + kLate));
  stage.hazard("2023-03-24T10:00", "H1");
  order(stage, "2023-03-24T11:00", "2023-03-26");  // Friday to Sunday
  CHECK(stage.said("2023-03-26T00:00") == Lines{"2023-03-25T09:00 eve H1"});
}

TEST_CASE("of alerts held while catching up the rule's missed decides which go out") {
  const std::pair<const char*, size_t> cases[] = {{"latest", 1}, {"all", 3}, {"none", 0}};
  for (const auto& [missed, sent] : cases) {
    CAPTURE(missed);
    Stage stage(rectify("    missed: " + std::string(missed) + "\n", R"(
      - { id: first, at: due + 1wd 09:00, level: urge, to: [office] }
      - { id: second, at: due + 2wd 09:00, level: urge, to: [office] }
      - { id: third, at: due + 3wd 09:00, level: circular, to: [office] }
)"));
    engine::Engine& engine = stage.scene.engine();
    engine.set_catching_up(true);
    stage.hazard("2023-03-01T10:00", "H1");
    order(stage, "2023-03-01T11:00", "2023-03-20");
    const Lines said = stage.said("2023-04-10T00:00");
    CHECK(said.size() == 3);
    const Instant end = Zone::shanghai().parse("2023-04-10T00:00").value();
    CHECK(engine.ledger().deliverable(end, {{"out", 10}}, {}).empty());
    engine.caught_up(end);
    const auto deliveries = engine.ledger().deliverable(end, {{"out", 10}}, {});
    REQUIRE(deliveries.size() == sent);
    if (sent == 1) CHECK(deliveries[0].alert == stage.last()["id"]);
    order(stage, "2023-04-10T10:00", "2023-04-11");
    stage.said("2023-04-13T00:00");  // what comes now is not held
    const Instant later = Zone::shanghai().parse("2023-04-13T00:00").value();
    CHECK(engine.ledger().deliverable(later, {{"out", 10}}, {}).size() == sent);
  }
}

TEST_CASE("a hazard that is reopened starts so many levels higher, each time anew") {
  Stage stage(rectify("    reopen_level: 1\n",
                      "      - { id: t-1, at: due - 1wd 09:00, level: remind, to: [unit] }\n"));
  stage.hazard("2023-03-01T10:00", "H1");
  order(stage, "2023-03-01T11:00", "2023-03-10");
  stage.event("2023-03-09T12:00", "hazard.rectified", R"({"hazard_id":"H1","completed_on":"2023-03-09"})");
  stage.event("2023-03-10T10:00", "hazard.reinspected",
              R"({"hazard_id":"H1","result":"passed","by":"D","on":"2023-03-10"})");
  stage.event("2023-03-13T10:00", "hazard.reopened",
              R"({"hazard_id":"H1","due":"2023-03-24","found_by":"D"})");
  CHECK(stage.refused() == Lines{});
  CHECK(stage.said("2023-03-25T00:00") == Lines{"2023-03-09T09:00 t-1 H1", "2023-03-23T09:00 t-1 H1"});
  CHECK(levels(stage) == Lines{"remind rectify", "urge rectify"});
}

TEST_CASE("a hazard that is graded up goes on at the level it had reached, on the other rule's ladder") {
  Stage stage(rectify("", kLate) + R"(
  - id: rectify-major
    title: 重大隐患整改
    subject: hazard
    when: has(hazard.due) && hazard.level == 'major'
    due: hazard.due
    inherits_level_from: rectify
    stages:
      - { id: reminder, at: due + 2wd 09:00, level: remind, to: [office] }
      - { id: talk, at: due + 3wd 09:00, level: interview, to: [office] }
)");
  stage.hazard("2023-03-01T10:00", "H1");
  stage.hazard("2023-03-01T10:00", "H2", R"("level":"major")");
  order(stage, "2023-03-01T11:00", "2023-03-20");
  order(stage, "2023-03-01T11:00", "2023-03-20", "H2");
  stage.event("2023-03-21T15:00", "hazard.graded", R"({"hazard_id":"H1","level":"major"})");
  CHECK(stage.refused() == Lines{});
  CHECK(stage.said("2023-04-01T00:00") == Lines{"2023-03-21T09:00 late H1", "2023-03-22T09:00 reminder H1",
                                                "2023-03-22T09:00 reminder H2", "2023-03-23T09:00 talk H1",
                                                "2023-03-23T09:00 talk H2"});
  CHECK(levels(stage) == Lines{"urge rectify", "urge rectify-major", "remind rectify-major",
                               "interview rectify-major", "interview rectify-major"});
}

TEST_CASE("a hazard that is handed over keeps its clock, and its new unit is told") {
  Stage stage(rectify("", "      - { id: t-1, at: due - 1wd 09:00, level: remind, to: [unit] }\n" + kLate));
  stage.unit("2023-03-01T08:00", "D-2", "department", "341004");
  stage.event(
      "2023-03-01T10:00", "hazard.reported",
      R"({"hazard_id":"H1","title":"x","origin":"inspection","found_on":"2023-03-01","industry":"fire",)"
      R"("area":"341004","responsible_unit":"D-1","level":"general"})");
  order(stage, "2023-03-01T11:00", "2023-03-20");
  stage.event("2023-03-10T10:00", "hazard.transferred",
              R"({"hazard_id":"H1","from_unit":"D-1","to_unit":"D-2"})");
  CHECK(stage.said("2023-03-18T00:00") == Lines{"2023-03-17T09:00 t-1 H1"});
  CHECK(stage.last()["to"] == nlohmann::json::array({"D-2/principal"}));
}

TEST_CASE("a deferral ends the clock, the next order begins another episode") {
  Stage stage(rectify("", kLate));
  stage.hazard("2023-03-01T10:00", "H1");
  order(stage, "2023-03-01T11:00", "2023-03-20");
  stage.event("2023-03-17T10:00", "hazard.deferred",
              R"({"hazard_id":"H1","target_date":"2023-05-20","interim_measures":"看守","approved_by":"D"})");
  order(stage, "2023-05-10T10:00", "2023-05-19");
  CHECK(stage.refused() == Lines{});
  CHECK(stage.said("2023-06-01T00:00") == Lines{"2023-05-22T09:00 late H1"});
}

TEST_CASE("each extension is an episode of its own: said anew, under another id") {
  Stage stage(rectify("", "      - { id: t-1, at: due - 1wd 09:00, level: remind, to: [unit] }\n" + kLate));
  stage.hazard("2023-03-01T10:00", "H1");
  order(stage, "2023-03-01T11:00", "2023-03-10");
  for (const auto& [at, due] :
       {std::pair{"2023-03-09T10:00", "2023-03-17"}, std::pair{"2023-03-17T10:00", "2023-03-24"}})
    stage.event(at, "hazard.extended",
                std::string(R"({"hazard_id":"H1","approved_by":"D","new_due":")") + due + "\"}");
  CHECK(stage.said("2023-04-01T00:00") == Lines{"2023-03-09T09:00 t-1 H1", "2023-03-16T09:00 t-1 H1",
                                                "2023-03-23T09:00 t-1 H1", "2023-03-27T09:00 late H1"});
  std::set<std::string> ids;
  for (const app::Said& said : stage.scene.alerts()) ids.insert(nlohmann::json::parse(said.json)["id"]);
  CHECK(ids.size() == 4);
}

TEST_CASE("so many distinct inspections fulfil a month, and a period decides which month") {
  Stage stage(R"(
rules:
  - id: monthly
    title: 每月两次检查
    trigger: { every: month }
    subject: unit
    when: unit.kind == 'department'
    due: trigger.end
    done_by: { event: inspection.completed, when: "event.unit == unit.unit_id && event.leader_led", count: 2 }
    stages:
      - { id: missed, at: due + 1wd 09:00, level: urge, to: [unit.principal], message: "${string(item.done)}/${string(item.needed)}" }
)");
  stage.unit("2023-01-01T08:00", "D-1", "department", "341004");
  stage.event("2023-01-10T10:00", "inspection.completed", inspection("X1", ""));
  stage.event("2023-01-11T10:00", "inspection.completed",
              inspection("X1", R"(,"note":"again")"));  // the same one
  stage.event("2023-02-10T10:00", "inspection.completed", inspection("X2", ""));
  stage.event("2023-03-01T08:00", "inspection.completed", inspection("X3", R"(,"period":"2023-02")"));
  CHECK(stage.said("2023-03-10T00:00") == Lines{"2023-02-01T09:00 missed D-1"});
  CHECK(stage.last()["text"] == "1/2");
}

TEST_CASE("an item says how it ended: in time, late, or not at all") {
  const std::string rules = R"(
rules:
  - id: monthly
    title: 每月检查
    trigger: { every: month }
    subject: unit
    when: unit.kind == 'department'
    due: trigger.end
    done_by: { event: inspection.completed, when: event.unit == unit.unit_id }
    stages:
      - { id: missed, at: due + 1wd 09:00, level: urge, to: [unit.principal] }
      - { id: done, at: ended, level: remind, to: [unit.principal], message: "${item.outcome}" }
)";
  for (const auto& [at, outcome] :
       {std::pair{"2023-01-10T10:00", "fulfilled"}, std::pair{"2023-02-01T08:00", "fulfilled_late"},
        std::pair{"2023-02-01T10:00", "missed"}}) {
    CAPTURE(outcome);
    Stage stage(rules);
    stage.unit("2023-01-01T08:00", "D-1", "department", "341004");
    stage.event(at, "inspection.completed", inspection("X1", R"(,"period":"2023-01")"));
    stage.said("2023-02-20T00:00");
    std::vector<std::string> ends;
    for (const app::Said& said : stage.scene.alerts())
      if (said.stage == "done") ends.push_back(nlohmann::json::parse(said.json)["text"]);
    CHECK(ends == Lines{outcome});
  }
}

TEST_CASE("evidence and waivers still find a month that ended two months ago, and the streak follows") {
  const std::string rules = R"(
rules:
  - id: monthly
    title: 每月检查
    trigger: { every: month }
    subject: unit
    when: unit.kind == 'department'
    due: trigger.end
    done_by: { event: inspection.completed, when: event.unit == unit.unit_id }
    stages:
      - { id: missed, at: due + 1wd 09:00, level: urge, to: [unit.principal], message: "${string(item.streak)}" }
      - { id: late, at: ended, if: "item.outcome == 'fulfilled_late'", level: remind, to: [unit.principal] }
)";
  Stage late(rules);
  late.unit("2023-01-01T08:00", "D-1", "department", "341004");
  late.event("2023-03-15T10:00", "inspection.completed", inspection("X1", R"(,"period":"2023-01")"));
  CHECK(late.said("2023-03-31T00:00") ==
        Lines{"2023-02-01T09:00 missed D-1", "2023-03-01T09:00 missed D-1", "2023-03-15T10:00 late D-1"});
  Stage waived(rules);
  waived.unit("2023-01-01T08:00", "D-1", "department", "341004");
  waived.event("2023-03-15T10:00", "obligation.waived",
               R"({"obligation_key":"monthly","unit":"D-1","period":"2023-01","approved_by":"D"})");
  CHECK(waived.said("2023-04-10T00:00").back() == "2023-04-03T09:00 missed D-1");
  CHECK(waived.last()["text"] == "2");
}

TEST_CASE("evidence of another concern is no near miss") {
  Stage stage(R"(
rules:
  - id: cases
    title: 典型案例
    trigger: { every: month }
    subject: unit
    when: unit.kind == 'department'
    due: trigger.end
    done_by: { event: report.submitted, only: event.kind == 'typical_case', when: "event.unit == unit.unit_id && event.to == 'authority'" }
    stages:
      - { id: missed, at: due + 1wd 09:00, level: urge, to: [unit.principal] }
)");
  stage.unit("2023-01-01T08:00", "D-1", "department", "341004");
  const std::string report =
      R"(","unit":"D-1","period":"2023-01","submitted_at":"2023-01-10T10:00:00+08:00")";
  stage.event("2023-01-10T10:00", "report.submitted", R"({"kind":"progress)" + report + "}");
  stage.event("2023-01-11T10:00", "report.submitted",
              R"({"kind":"typical_case)" + report + R"(,"to":"office"})");
  stage.said("2023-02-10T00:00");
  const std::string text = stage.last()["text"];
  CHECK(text.find("authority") != std::string::npos);
  CHECK(text.find("progress") == std::string::npos);
}

TEST_CASE("a stage that repeats on workdays leaves out days off and keeps make-up workdays") {
  Stage stage(
      rectify("",
              "      - { id: daily, at: due + 1wd 09:00, every: 1wd, times: 5, level: urge, to: [office] }\n"
              "      - { id: other, at: due + 1wd 10:00, every: 2wd, level: circular, to: [office] }\n"));
  stage.hazard("2023-04-01T10:00", "H1");
  order(stage, "2023-04-01T11:00", "2023-04-27");
  stage.event("2023-05-09T11:00", "hazard.rectified", R"({"hazard_id":"H1","completed_on":"2023-05-09"})");
  CHECK(stage.said("2023-06-01T00:00") == Lines{"2023-04-28T09:00 daily H1", "2023-04-28T10:00 other H1",
                                                "2023-05-04T09:00 daily H1", "2023-05-05T09:00 daily H1",
                                                "2023-05-05T10:00 other H1", "2023-05-06T09:00 daily H1",
                                                "2023-05-08T09:00 daily H1", "2023-05-08T10:00 other H1"});
}

TEST_CASE("a date of the trigger's entity is an anchor, and moves its items") {
  Stage stage(R"(
rules:
  - id: storm
    title: 暴雨
    trigger: { event: weather.warning }
    subject: hazard
    due: trigger.expires - 1h
    outlives: true
    stages:
      - { id: issued, at: trigger.issued_at + 3h, level: remind, to: [unit] }
      - { id: late, at: due + 2h, level: urge, to: [unit] }
)");
  stage.hazard("2023-06-01T10:00", "H1");
  const auto warning = [](const std::string& expires) {
    return R"({"warning_id":"W1","status":"alert","type":"rainstorm","color":"red","areas":["34"],)"
           R"("issued_at":"2023-06-02T08:00:00+08:00","expires":")" +
           expires + R"(:00+08:00"})";
  };
  stage.event("2023-06-02T10:00", "weather.warning", warning("2023-06-03T08:00"));
  stage.event("2023-06-02T12:00", "weather.warning", warning("2023-06-03T18:00"));
  CHECK(stage.said("2023-06-05T00:00") == Lines{"2023-06-02T11:00 issued H1", "2023-06-03T19:00 late H1"});
}
