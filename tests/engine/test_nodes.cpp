#include <catch2/catch.hpp>

#include "engine_scene.hpp"

using namespace duban;
using test::Stage;
using Lines = std::vector<std::string>;

namespace {

const char* kMeeting = R"(
rules:
  - id: meeting
    title: 重要会议前检查
    trigger: { node: party_meeting, from: start - 10d }
    subject: unit
    when: unit.kind == 'town'
    due: trigger.start - 1d
    done_by: { event: inspection.completed, when: "event.unit == unit.unit_id && event.node_id == trigger.id" }
    stages:
      - { id: t-7, at: trigger.start - 7d 09:00, level: remind, to: [unit.principal], message: "${trigger.name}${string(trigger.year)}" }
      - { id: t-1, at: trigger.start - 1wd 09:00, level: remind, to: [unit.principal] }
      - { id: missed, at: trigger.start 10:00, level: urge, to: [unit.principal] }
      - { id: gone, at: ended, if: "item.outcome == 'void'", level: remind, to: [told] }
)";

std::string node(const std::string& id, const std::string& from, const std::string& to,
                 const std::string& areas = R"("340602")") {
  return R"({"node_id":")" + id + R"(","kind":"party_meeting","name":"全会","from":")" + from +
         R"(","to":")" + to + "\"" + (areas.empty() ? "" : R"(,"areas":[)" + areas + "]") + "}";
}

void towns(Stage& stage) {
  stage.unit("2021-10-01T08:00", "T-1", "town", "340602101");
  stage.unit("2021-10-01T08:00", "T-2", "town", "341004101");
}

}  // namespace

TEST_CASE("a node that an event publishes opens an item for each subject within its areas") {
  Stage stage(kMeeting);
  towns(stage);
  stage.event("2021-10-20T10:00", "calendar.published", node("P6", "2021-11-08", "2021-11-11"));
  stage.event("2021-10-20T10:00", "calendar.published",
              R"({"node_id":"A","kind":"assessment","from":"2021-11-08","to":"2021-11-08"})");
  stage.unit("2021-11-02T08:00", "T-3", "town", "340602102");  // after the span has begun
  CHECK(stage.said("2021-11-08T12:00") == Lines{"2021-11-01T09:00 t-7 T-1", "2021-11-05T09:00 t-1 T-1",
                                                "2021-11-05T09:00 t-1 T-3", "2021-11-08T10:00 missed T-1",
                                                "2021-11-08T10:00 missed T-3"});
  CHECK(nlohmann::json::parse(stage.scene.alerts()[0].json)["text"] == "全会2021");
}

TEST_CASE("evidence that names the node fulfils its item, another node's does not") {
  Stage stage(kMeeting);
  towns(stage);
  stage.event("2021-10-20T10:00", "calendar.published", node("P6", "2021-11-08", "2021-11-11"));
  stage.event("2021-10-20T10:00", "calendar.published",
              node("P7", "2021-11-08", "2021-11-11", R"("341004")"));
  for (const char* unit : {"T-1", "T-2"})
    stage.event(
        "2021-11-03T10:00", "inspection.completed",
        std::string(R"({"inspection_id":"X)") + unit +
            R"(","area":"34","kind":["pre_holiday"],"on":"2021-11-03","leader_led":true,"node_id":"P6","unit":")" +
            unit + "\"}");
  CHECK(stage.said("2021-11-08T12:00") == Lines{"2021-11-01T09:00 t-7 T-1", "2021-11-01T09:00 t-7 T-2",
                                                "2021-11-05T09:00 t-1 T-2", "2021-11-08T10:00 missed T-2"});
}

TEST_CASE("a node whose dates are corrected moves its items, and says nothing twice") {
  Stage stage(kMeeting);
  towns(stage);
  stage.event("2021-10-20T10:00", "calendar.published", node("P6", "2021-11-08", "2021-11-11"));
  stage.event("2021-11-02T10:00", "calendar.published", node("P6", "2021-11-15", "2021-11-18"));
  CHECK(stage.said("2021-11-16T00:00") ==
        Lines{"2021-11-01T09:00 t-7 T-1", "2021-11-12T09:00 t-1 T-1", "2021-11-15T10:00 missed T-1"});
}

TEST_CASE("a node that is withdrawn, or leaves an area, ends the items there") {
  for (const bool withdrawn : {true, false}) {
    CAPTURE(withdrawn);
    Stage stage(kMeeting);
    towns(stage);
    stage.event("2021-10-20T10:00", "calendar.published", node("P6", "2021-11-08", "2021-11-11"));
    if (withdrawn)
      stage.event("2021-11-02T10:00", "calendar.withdrawn", R"({"node_id":"P6"})");
    else
      stage.event("2021-11-02T10:00", "calendar.published",
                  node("P6", "2021-11-08", "2021-11-11", R"("3403")"));
    CHECK(stage.said("2021-12-01T00:00") == Lines{"2021-11-01T09:00 t-7 T-1", "2021-11-02T10:00 gone T-1"});
  }
}

TEST_CASE("nodes of one kind do not take subjects from each other, a node without areas concerns all") {
  Stage stage(kMeeting);
  towns(stage);
  stage.event("2021-10-20T10:00", "calendar.published", node("P6", "2021-11-08", "2021-11-11", R"("34")"));
  stage.event("2021-10-20T10:00", "calendar.published",
              node("P7", "2021-11-08", "2021-11-11", R"("340602")"));
  stage.event("2021-10-20T10:00", "calendar.published", node("P8", "2021-11-22", "2021-11-23", ""));
  CHECK(stage.said("2021-11-01T12:00") ==
        Lines{"2021-11-01T09:00 t-7 T-1", "2021-11-01T09:00 t-7 T-1", "2021-11-01T09:00 t-7 T-2"});
  CHECK(stage.said("2021-11-15T12:00").size() == 11);
}

TEST_CASE("an area that is named inside another of the same node has one item") {
  Stage stage(kMeeting);
  towns(stage);
  stage.event("2021-10-20T10:00", "calendar.published",
              node("P6", "2021-11-08", "2021-11-11", R"("34","340602")"));
  CHECK(stage.said("2021-11-01T12:00") == Lines{"2021-11-01T09:00 t-7 T-1", "2021-11-01T09:00 t-7 T-2"});
}

TEST_CASE("a node is known after a restart, also one that was withdrawn while nothing ran") {
  const test::Folder folder;
  const auto configuration = test::with_rules(kMeeting);
  {
    Stage stage(configuration, folder.path("ledger"));
    towns(stage);
    stage.event("2021-10-20T10:00", "calendar.published", node("P6", "2021-11-08", "2021-11-11"));
    stage.event("2021-10-20T10:00", "calendar.published", node("P7", "2021-11-08", "2021-11-11"));
    CHECK(stage.said("2021-11-01T12:00").size() == 2);
    stage.event("2021-11-02T10:00", "calendar.withdrawn", R"({"node_id":"P7"})");
    CHECK(stage.said("2021-11-02T10:00").size() == 3);
  }
  Stage again(configuration, folder.path("ledger"));
  CHECK(again.said("2021-11-08T12:00") == Lines{"2021-11-05T09:00 t-1 T-1", "2021-11-08T10:00 missed T-1"});
}
