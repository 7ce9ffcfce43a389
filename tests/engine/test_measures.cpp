#include <catch2/catch.hpp>

#include "engine_scene.hpp"
#include "journal.hpp"

using namespace duban;
using test::Stage;
using Lines = std::vector<std::string>;

namespace {

const std::string kMeasures = R"yaml(
measures:
  - { id: found, count: hazard, on: found_on, by: area }
  - { id: closed, count: hazard, on: found_on, where: "hazard.state == 'closed'", by: area }
  - { id: close_rate, value: "measure.found == 0 ? 1.0 : double(measure.closed) / double(measure.found)", by: area }
  - { id: open_of, count: hazard, where: hazard.open, by: unit }
  - { id: open_list, list: hazard, where: hazard.open, by: area }
  - { id: everywhere, count: hazard, where: hazard.open }
  - { id: of_industry, count: hazard, where: hazard.open, by: industry }
  - { id: unheld, list: item, rule: meeting, where: "item.outcome != 'fulfilled'", by: area }
  - { id: held, count: item, rule: meeting, where: "item.outcome == 'fulfilled'", by: area }
  - { id: falls, count: incident, where: "has(incident.tags) && 'work_at_height' in incident.tags", within: 120d, by: area }
)yaml";

const std::string kBulletin = kMeasures + R"yaml(
rules:
  - id: meeting
    title: 每月例会
    trigger: { every: month }
    subject: unit
    when: unit.kind == 'town'
    due: trigger.end
    done_by: { event: meeting.held, when: event.unit == unit.unit_id }
    stages: [{ id: missed, at: due + 1wd 09:00, level: urge, to: [unit.principal] }]
  - id: bulletin
    title: 月报
    trigger: { every: month }
    subject: unit
    when: unit.kind == 'office'
    stages:
      - { id: said, at: trigger.end + 1wd 09:00, level: circular, to: [unit.officer], message: "${string(found(unit.area, trigger))}/${string(closed(unit.area, trigger))}/${percent(close_rate(unit.area, trigger))}/${join(open_list(unit.area), '、')}/${string(everywhere())}/${string(of_industry('fire'))}/${string(open_of('E-1'))}" }
      - { id: low, at: trigger.end + 1wd 09:00, if: "close_rate(unit.area, trigger) < 0.5", level: remind, to: [committee] }
      - { id: meetings, at: trigger.end + 1wd 09:00, level: urge, to: [committee], message: "${join(unheld(unit.area, trigger), '、')}/${string(held(unit.area, trigger))}" }
)yaml";

std::string hazard_in(const std::string& area, const std::string& title) {
  return R"("area":")" + area + R"(","title":")" + title + "\"";
}

void close(Stage& stage, const std::string& at, const std::string& id) {
  stage.event(at, "hazard.closed",
              R"({"hazard_id":")" + id + R"(","on":")" + at.substr(0, 10) + R"(","on_spot":true})");
}

std::string text_of(Stage& stage, const std::string& line) {
  for (const app::Said& said : stage.scene.alerts()) {
    const auto json = nlohmann::json::parse(said.json);
    if (json["at"].get<std::string>().substr(0, 16) + " " + said.stage == line) return json["text"];
  }
  return "nothing";
}

std::string fall(const std::string& id, const std::string& on, const std::string& area) {
  return R"({"incident_id":")" + id +
         R"(","kind":"fall","tags":["work_at_height"],"grade":"general","area":")" + area +
         R"(","occurred_at":")" + on + R"(T08:00:00+08:00"})";
}

const std::string kFalls = kMeasures + R"yaml(
rules:
  - id: cluster
    title: 高处坠落事故多发
    trigger: { measure: "falls(unit.area) >= 3", clear: "falls(unit.area) < 2", quiet_for: 30d }
    subject: unit
    when: unit.kind == 'office'
    stages:
      - { id: now, at: opened, level: circular, to: [unit], message: "${string(falls(unit.area))}起" }
      - { id: over, at: ended, if: "item.outcome == 'expired'", level: remind, to: [told] }
  - id: meeting
    title: 例会
    trigger: { every: month }
    subject: unit
    when: unit.kind == 'town'
    due: trigger.end
    stages: [{ id: missed, at: due + 1wd 09:00, level: urge, to: [unit.principal] }]
)yaml";

}  // namespace

TEST_CASE("a bulletin counts what was found and closed in its area and its month") {
  Stage stage(kBulletin);
  stage.unit("2023-01-02T08:00", "O-1", "office", "3410");
  stage.unit("2023-01-02T08:00", "O-2", "office", "341004");
  stage.hazard("2023-01-05T10:00", "H1", hazard_in("341004101205", "甲"));
  stage.hazard("2023-01-06T10:00", "H2", hazard_in("341004102", "乙"));
  stage.hazard("2023-01-07T10:00", "H3", hazard_in("341002101", "丙"));
  stage.hazard("2023-02-01T08:00", "H4", hazard_in("341004101", "丁"));  // found in February
  close(stage, "2023-01-20T10:00", "H1");
  CHECK(stage.refused() == Lines{});
  stage.said("2023-02-01T12:00");
  CHECK(text_of(stage, "2023-02-01T09:00 said") == "3/1/33.3%/丙、丁、乙/3/3/3");
  const auto alerts = stage.scene.alerts();
  CHECK(std::count_if(alerts.begin(), alerts.end(), [](const auto& a) { return a.stage == "low"; }) == 1);
  CHECK(std::count_if(alerts.begin(), alerts.end(), [](const auto& a) { return a.stage == "said"; }) == 2);
}

TEST_CASE("what happens at the instant of a bulletin is counted by it") {
  Stage stage(kBulletin);
  stage.unit("2023-01-02T08:00", "O-1", "office", "3410");
  stage.unit("2023-01-02T08:00", "T-1", "town", "341004101");
  stage.unit("2023-01-02T08:00", "T-2", "town", "341004102");
  stage.event("2023-01-12T10:00", "meeting.held",
              R"({"meeting_id":"M","kind":"safety","unit":"T-2","on":"2023-01-12"})");
  stage.event(
      "2023-02-01T09:00", "hazard.reported",
      R"({"hazard_id":"H1","title":"甲","origin":"inspection","found_on":"2023-01-31","industry":"fire","area":"341004"})");
  CHECK(stage.refused() == Lines{});
  stage.said("2023-02-01T12:00");
  CHECK(text_of(stage, "2023-02-01T09:00 said").substr(0, 4) == "1/0/");
  CHECK(text_of(stage, "2023-02-01T09:00 meetings") == "单位T-1/1");
}

TEST_CASE("a count follows its entity: another area, another state, another day") {
  Stage stage(kBulletin);
  stage.unit("2023-01-02T08:00", "O-1", "office", "3410");
  stage.hazard("2023-01-05T10:00", "H1", hazard_in("341004101", "甲"));
  stage.hazard("2023-01-05T10:00", "H2", hazard_in("341004101", "乙"));
  stage.event("2023-01-06T10:00", "hazard.withdrawn", R"({"hazard_id":"H2","reason":"误报"})");
  stage.said("2023-02-01T12:00");
  CHECK(text_of(stage, "2023-02-01T09:00 said") == "2/0/0.0%/甲/1/1/1");
}

TEST_CASE(
    "the third fall within the time makes a cluster, the fourth none, until it has cleared and been "
    "quiet") {
  Stage stage(kFalls);
  stage.unit("2021-01-02T08:00", "O-1", "office", "3406");
  stage.unit("2021-01-02T08:00", "O-2", "office", "340602");
  stage.event("2021-01-17T10:00", "incident.reported", fall("I1", "2021-01-17", "340602101"));
  stage.event("2021-02-23T10:00", "incident.reported", fall("I2", "2021-02-23", "340621"));
  CHECK(stage.said("2021-04-14T09:00") == Lines{});
  stage.event("2021-04-14T10:00", "incident.reported", fall("I3", "2021-04-14", "340602"));
  stage.event("2021-04-27T10:00", "incident.reported", fall("I4", "2021-04-27", "340602"));
  CHECK(stage.said("2021-04-30T00:00") == Lines{"2021-04-14T10:00 now O-1", "2021-04-27T10:00 now O-2"});
  CHECK(text_of(stage, "2021-04-14T10:00 now") == "3起");
  // The district has fewer than 2 once all but the last are 120 days old: I3 counts up to 08-11.
  CHECK(stage.said("2021-09-01T00:00") == Lines{"2021-04-14T10:00 now O-1", "2021-04-27T10:00 now O-2",
                                                "2021-08-12T00:00 over O-1", "2021-08-12T00:00 over O-2"});
}

TEST_CASE("a threshold that starts to hold again within its quiet time is told when that is over") {
  std::string rules = kFalls;
  rules.replace(rules.find("quiet_for: 30d"), 14, "quiet_for: 200d");
  Stage stage(rules);
  stage.unit("2021-01-02T08:00", "O-1", "office", "3406");
  for (int i = 1; i <= 3; ++i)
    stage.event("2021-01-17T10:00", "incident.reported", fall("A" + std::to_string(i), "2021-01-17", "3406"));
  for (int i = 1; i <= 3; ++i)
    stage.event("2021-07-01T10:00", "incident.reported", fall("B" + std::to_string(i), "2021-07-01", "3406"));
  CHECK(stage.said("2021-12-01T00:00") == Lines{"2021-01-17T10:00 now O-1", "2021-05-17T00:00 over O-1",
                                                "2021-08-05T00:00 now O-1", "2021-10-29T00:00 over O-1"});
}

TEST_CASE("measures and thresholds are those of an uninterrupted run, whatever the batches and restarts") {
  const test::Folder folder;
  std::vector<test::Line> events;
  const Zone zone = Zone::shanghai();
  const auto add = [&](const std::string& at, const std::string& type, const std::string& data) {
    events.push_back(
        {zone.parse(at).value(), R"({"specversion":"1.0","id":"e)" + std::to_string(events.size()) +
                                     R"(","source":"t","type":")" + type + R"(","data":)" + data + "}"});
  };
  for (const char* area : {"3406", "340602", "340621"})
    add("2021-01-02T08:00", "party.upserted",
        std::string(R"({"party_id":"O)") + area + R"(","kind":"office","name":"安委办","area":")" + area +
            "\"}");
  for (int i = 0; i < 30; ++i) {
    const std::string day = (Date::of(2021, 1, 5) + i * 9).str();
    add(day + "T10:00", "incident.reported",
        fall("I" + std::to_string(i), day, i % 3 == 0 ? "340621" : "340602101"));
  }
  const auto configuration = test::with_rules(kFalls);
  const Instant end = zone.parse("2022-06-01T00:00").value();
  const std::vector<std::string> whole = test::play(configuration, events, end, {});
  CHECK(test::entries(whole, "alert").size() == 6);
  CHECK(whole[0].find("measure falls") != std::string::npos);
  test::Run run;
  run.batch = 1;
  CHECK(test::play(configuration, events, end, run) == whole);
  run.batch = 4;
  run.restarts = true;
  run.path = folder.path("ledger");
  CHECK(test::play(configuration, events, end, run) == whole);
  const test::SmallSlices slices(1, 1);
  run = {};
  run.batch = 5;
  CHECK(test::play(configuration, events, end, run) == whole);
}

TEST_CASE("a measure that is new counts what was there before it") {
  const test::Folder folder;
  const std::string without = R"(
rules:
  - { id: r, title: r, subject: hazard, stages: [{ id: now, at: opened, level: remind, to: [unit] }] }
)";
  {
    Stage stage(without, folder.path("ledger"));
    stage.unit("2023-01-02T08:00", "O-1", "office", "3410");
    for (const char* id : {"H1", "H2", "H3", "H4", "H5"})
      stage.hazard("2023-01-05T10:00", id, hazard_in("341004101205", "甲"));
    close(stage, "2023-01-05T11:00", "H4");  // what is closed is counted, too
    stage.said("2023-01-05T12:00");
  }
  const test::SmallSlices slices(1, 2);
  Stage stage(kBulletin, folder.path("ledger"));
  stage.hazard("2023-01-05T12:01", "H6", hazard_in("341004101205", "乙"));  // counted once
  stage.said("2023-02-01T12:00");
  CHECK(text_of(stage, "2023-02-01T09:00 said").substr(0, 4) == "6/1/");
}

TEST_CASE("measures over several shards are refused, not miscounted") {
  ledger::Ledger ledger{ledger::Options{}};
  engine::Options options;
  options.ownership = {0, 2};
  engine::Engine engine(ledger, test::with_rules("rules: []"), options);
  CHECK(engine.configure(test::with_rules(kFalls), Instant{}).find("set shards: 1") != std::string::npos);
}
