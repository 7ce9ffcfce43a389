#include <catch2/catch.hpp>

#include "engine_scene.hpp"

using namespace duban;
using test::Stage;
using Lines = std::vector<std::string>;

namespace {

const char* kStorm = R"(
rules:
  - id: storm
    title: 暴雨
    trigger: { event: weather.warning, when: "trigger.color in ['orange', 'red']" }
    subject: hazard
    when: hazard.open && within(hazard.area, trigger.areas)
    due: opened + 24h
    done_by: { event: inspection.completed, when: "event.target_enterprise == hazard.enterprise_id && event.leader_led && 'disaster' in event.kind" }
    stages:
      - { id: now, at: opened, level: remind, to: [unit.principal, town] }
      - { id: unseen, at: opened + 2h, unless: { acknowledged: now, by: town }, level: remind, to: [office.duty] }
      - { id: missed, at: due, level: circular, to: [office] }
      - { id: over, at: ended, if: "item.outcome == 'expired'", level: remind, to: [told] }
)";

std::string warning(const std::string& id, const std::string& color, const std::string& more = "",
                    const std::string& areas = R"("34")") {
  return R"({"warning_id":")" + id + R"(","status":"alert","type":"rainstorm","color":")" + color +
         R"(","areas":[)" + areas +
         R"(],"issued_at":"2023-06-02T08:00:00+08:00","expires":"2023-06-04T08:00:00+08:00")" + more + "}";
}

std::string inspection(const std::string& id, const std::string& unit, const std::string& more) {
  return R"({"inspection_id":")" + id + R"(","area":"341004","unit":")" + unit +
         R"(","on":"2023-03-10","leader_led":true,"kind":["monthly"])" + more + "}";
}

const char* kMonthly = R"(
rules:
  - id: monthly
    title: 每月检查
    trigger: { every: month }
    subject: unit
    when: unit.kind == 'department'
    due: trigger.end
    done_by: { event: inspection.completed, when: "event.unit == unit.unit_id && event.leader_led && 'monthly' in event.kind" }
    stages:
      - { id: missed, at: due + 1wd 09:00, level: urge, to: [unit.principal], message: "${string(item.streak)}${item.near_miss}" }
)";

std::vector<std::string> texts(Stage& stage) {
  std::vector<std::string> out;
  for (const app::Said& said : stage.scene.alerts()) out.push_back(nlohmann::json::parse(said.json)["text"]);
  return out;
}

}  // namespace

TEST_CASE("a pair of span and subject opens whichever came first, and ends with the span") {
  Stage stage(kStorm);
  stage.hazard("2023-06-01T10:00", "H1");
  stage.event("2023-06-02T10:00", "weather.warning", warning("W1", "red"));
  stage.hazard("2023-06-02T11:00", "H2");
  CHECK(stage.said("2023-06-02T11:59") == Lines{"2023-06-02T10:00 now H1", "2023-06-02T11:00 now H2"});
  CHECK(stage.said("2023-06-04T08:00").back() == "2023-06-04T08:00 over H2");
}

TEST_CASE(
    "a warning that is renewed goes on with its span, another grade begins a new one, cancelling ends it") {
  Stage stage(kStorm);
  stage.hazard("2023-06-01T10:00", "H1");
  stage.event("2023-06-02T10:00", "weather.warning", warning("W1", "orange"));
  stage.event("2023-06-02T11:00", "weather.warning", warning("W2", "orange", R"(,"supersedes":"W1")"));
  stage.event("2023-06-02T11:30", "weather.warning", warning("W3", "red", R"(,"supersedes":"W2")"));
  std::string cancel = warning("W3", "red");
  cancel.replace(cancel.find("alert"), 5, "cancel");
  stage.event("2023-06-02T13:00", "weather.warning", cancel);
  CHECK(stage.said("2023-06-05T00:00") == Lines{"2023-06-02T10:00 now H1", "2023-06-02T11:30 now H1",
                                                "2023-06-02T11:30 over H1", "2023-06-02T13:00 over H1"});
}

TEST_CASE("a warning that is renewed after it had expired, and a grade that comes back, are told again") {
  Stage stage(kStorm);
  stage.hazard("2023-06-01T10:00", "H1");
  stage.event("2023-06-03T10:00", "weather.warning", warning("W1", "orange"));
  CHECK(stage.said("2023-06-04T09:00").back() == "2023-06-04T08:00 over H1");
  std::string renewed = warning("W2", "orange", R"(,"supersedes":"W1")");
  renewed.replace(renewed.find("06-04"), 5, "06-06");
  stage.event("2023-06-04T10:00", "weather.warning", renewed);
  CHECK(stage.said("2023-06-04T11:00").back() == "2023-06-04T10:00 now H1");
  for (const auto& [hour, color] : {std::pair{"13", "red"}, std::pair{"14", "orange"}}) {
    std::string update = renewed;
    update.replace(update.find("orange"), 6, color);
    stage.event(std::string("2023-06-04T") + hour + ":00", "weather.warning", update);
    CHECK(stage.said(std::string("2023-06-04T") + hour + ":30").back() ==
          std::string("2023-06-04T") + hour + ":00 over H1");
    const Lines all = stage.said(std::string("2023-06-04T") + hour + ":30");
    CHECK(all[all.size() - 2] == std::string("2023-06-04T") + hour + ":00 now H1");
  }
}

TEST_CASE("a warning that arrives after its successor changes nothing, and is what it replaced") {
  Stage stage(kStorm);
  stage.hazard("2023-06-01T10:00", "H1");
  stage.event("2023-06-02T10:00", "weather.warning", warning("W2", "orange", R"(,"supersedes":"W1")"));
  stage.event("2023-06-02T10:30", "weather.warning", warning("W1", "orange"));
  std::string cancel = warning("W2", "orange");
  cancel.replace(cancel.find("alert"), 5, "cancel");
  CHECK(stage.said("2023-06-02T12:00") == Lines{"2023-06-02T10:00 now H1", "2023-06-02T12:00 unseen H1"});
  CHECK(stage.last()["trigger"]["warning_id"] == "W2");
  CHECK(stage.last()["trigger"]["previous"]["state"] == "superseded");
  stage.event("2023-06-02T13:00", "weather.warning", cancel);
  CHECK(stage.said("2023-06-02T14:00").back() == "2023-06-02T13:00 over H1");
}

TEST_CASE("a warning that expires at a stage's instant is over before the stage") {
  Stage stage(kStorm);
  stage.hazard("2023-06-01T10:00", "H1");
  stage.event("2023-06-03T08:00", "weather.warning", warning("W1", "red"));
  CHECK(stage.said("2023-06-05T00:00") ==
        Lines{"2023-06-03T08:00 now H1", "2023-06-03T10:00 unseen H1", "2023-06-04T08:00 over H1"});
}

TEST_CASE("a warning whose areas shrink ends the items outside them") {
  Stage stage(kStorm);
  stage.hazard("2023-06-01T10:00", "H1");
  stage.event("2023-06-02T10:00", "weather.warning", warning("W1", "red"));
  stage.event("2023-06-02T11:00", "weather.warning", warning("W1", "red", "", R"("341002")"));
  CHECK(stage.said("2023-06-05T00:00") == Lines{"2023-06-02T10:00 now H1"});
}

TEST_CASE("only the role's own acknowledgement keeps the next stage from being said") {
  for (const auto& [by, unseen] : {std::pair{"T-1/principal", false}, std::pair{"E-1/officer", true}}) {
    CAPTURE(by);
    Stage stage(kStorm);
    stage.unit("2023-06-01T08:00", "T-1", "town", "341004101");
    stage.hazard("2023-06-01T10:00", "H1");
    stage.event("2023-06-02T10:00", "weather.warning", warning("W1", "red"));
    REQUIRE(stage.said("2023-06-02T10:30").size() == 1);
    const std::string id = stage.last()["id"];
    stage.event("2023-06-02T11:00", "alert.acknowledged",
                R"({"alert_id":")" + id + R"(","by":")" + by + "\"}");
    CHECK((stage.said("2023-06-02T13:00").size() == 2) == unseen);
  }
}

TEST_CASE("three months missed in a row are a streak of three, which late evidence does not shorten") {
  Stage stage(kMonthly);
  stage.unit("2023-01-01T08:00", "D-1", "department", "341004");
  stage.event("2023-03-15T10:00", "inspection.completed", inspection("X1", "D-1", R"(,"period":"2023-02")"));
  CHECK(stage.said("2023-04-10T00:00").size() == 3);
  CHECK(texts(stage) == Lines{"1", "2", "3"});
}

TEST_CASE("a month that was fulfilled begins the streak anew, one that was waived is skipped") {
  Stage stage(kMonthly);
  stage.unit("2023-01-01T08:00", "D-1", "department", "341004");
  stage.unit("2023-01-01T08:00", "D-2", "department", "341004");
  stage.event("2023-02-15T10:00", "inspection.completed", inspection("X1", "D-1", ""));
  stage.event("2023-02-15T10:00", "obligation.waived",
              R"({"obligation_key":"monthly","unit":"D-2","period":"2023-02","approved_by":"D"})");
  CHECK(stage.said("2023-04-10T00:00") == Lines{"2023-02-01T09:00 missed D-1", "2023-02-01T09:00 missed D-2",
                                                "2023-04-03T09:00 missed D-1",
                                                "2023-04-03T09:00 missed D-2"});
  CHECK(texts(stage) == Lines{"1", "1", "1", "2"});
}

TEST_CASE("what a person has declared fulfilled stays so when its subject changes") {
  Stage stage(kMonthly);
  stage.unit("2023-03-01T08:00", "D-1", "department", "341004");
  stage.event("2023-03-10T10:00", "obligation.fulfilled",
              R"({"obligation_key":"monthly","unit":"D-1","period":"2023-03","on":"2023-03-10"})");
  stage.unit("2023-03-15T08:00", "D-1", "department", "341004", R"("status":"active")");
  CHECK(stage.said("2023-04-10T00:00").empty());
}

TEST_CASE("evidence that does not count is named once in the next message, in words") {
  Stage stage(kMonthly);
  stage.unit("2023-03-01T08:00", "D-1", "department", "341004");
  std::string without = inspection("X1", "D-1", "");
  without.replace(without.find("true"), 4, "false");
  without.replace(without.find("monthly"), 7, "covert");
  stage.event("2023-03-10T10:00", "inspection.completed", without, "n1");
  stage.event("2023-03-10T10:05", "inspection.completed", without, "n1");
  stage.said("2023-04-10T00:00");
  CHECK(texts(stage) == Lines{"1检查 X1 不计:leader_led 为 false;kind 中没有 monthly"});
}

TEST_CASE("a season that an area declares by itself takes over the items of the wider one") {
  Stage stage(R"(
rules:
  - id: flood
    title: 汛期
    trigger: { season: flood, from: start - 30d }
    subject: unit
    when: unit.kind == 'town'
    due: trigger.start
    stages:
      - { id: eve, at: due - 1d 10:00, level: remind, to: [unit.principal] }
    day_off: keep
)");
  stage.unit("2023-01-01T08:00", "T-1", "town", "341004101");
  stage.unit("2023-01-01T08:00", "T-2", "town", "341002101");
  stage.event(
      "2023-04-10T10:00", "season.declared",
      R"({"season_id":"S","season":"flood","areas":["341004"],"from":"2023-05-10","to":"2023-09-30"})");
  CHECK(stage.said("2023-06-01T00:00") == Lines{"2023-04-30T10:00 eve T-2", "2023-05-09T10:00 eve T-1"});
}

TEST_CASE("a decided level skips the stages below it, but not what follows from the decision or the end") {
  Stage stage(R"(
rules:
  - id: rectify
    title: 整改
    subject: hazard
    when: has(hazard.due)
    due: hazard.due
    until: hazard.state == 'awaiting_reinspection'
    stages:
      - { id: overdue, at: due + 1wd 09:00, level: urge, to: [office] }
      - { id: caution, at: due + 2wd 09:00, level: caution, to: [office] }
      - { id: after, at: decided(interview) + 1d 10:00, level: remind, to: [office] }
      - { id: over, at: ended, level: remind, to: [told] }
)");
  stage.hazard("2023-03-01T10:00", "H1");
  stage.event("2023-03-01T11:00", "hazard.ordered",
              R"({"hazard_id":"H1","order_id":"O1","issued_on":"2023-03-01","due":"2023-03-20"})");
  stage.event("2023-03-20T11:00", "escalation.decided",
              R"({"ref":"H1","stage":"interview","decided_by":"D","on":"2023-03-20"})");
  stage.event("2023-03-23T11:00", "hazard.rectified", R"({"hazard_id":"H1","completed_on":"2023-03-23"})");
  CHECK(stage.said("2023-04-01T00:00") ==
        Lines{"2023-03-21T10:00 after H1", "2023-03-22T09:00 caution H1", "2023-03-23T11:00 over H1"});
}

TEST_CASE("a stage on the end of a warning's span fires for an item that outlives it") {
  Stage stage(R"(
rules:
  - id: storm
    title: 暴雨
    trigger: { event: weather.warning }
    subject: hazard
    due: opened + 5d
    outlives: true
    stages:
      - { id: end, at: trigger.end + 1h, level: remind, to: [unit.principal] }
      - { id: missed, at: due, level: urge, to: [unit.principal] }
)");
  stage.hazard("2023-06-01T10:00", "H1");
  stage.event("2023-06-02T10:00", "weather.warning", warning("W1", "red"));
  const Lines said = stage.said("2023-06-20T00:00");
  REQUIRE(said.size() == 2);
  CHECK(said[0] == "2023-06-04T09:00 end H1");
}
