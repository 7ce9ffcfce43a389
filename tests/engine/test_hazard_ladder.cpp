#include <catch2/catch.hpp>

#include "engine_scene.hpp"

using duban::test::Stage;
using Lines = std::vector<std::string>;

namespace {

const char* kRules = R"(
ladders:
  hazard:
    - { id: t-3, at: due - 3wd 09:00, level: remind, to: [unit.officer] }
    - { id: t-0, at: due 09:00, level: remind, severity: warning, to: [unit.officer, unit.principal] }
    - { id: overdue, at: due + 1wd 09:00, level: urge, severity: warning, to: [unit.principal, town] }
    - { id: circular, at: due + 3wd 09:00, level: circular, severity: serious, to: [office] }
rules:
  - id: rectify
    title: 限期整改
    basis: [S1-79]
    subject: hazard
    when: hazard.level == 'general' && has(hazard.due)
    due: hazard.due
    until: hazard.state in ['awaiting_reinspection', 'closed', 'withdrawn', 'deferred']
    ladder: hazard
    message: "【${stage.title}】${hazard.title} ${date(item.due)}"
)";

std::string ordered(const std::string& id, const std::string& due) {
  return R"({"hazard_id":")" + id + R"(","order_id":"O-)" + id + R"(","issued_on":"2023-01-19","due":")" +
         due + "\"}";
}

}  // namespace

TEST_CASE("a hazard's stages fire on the workdays around its due date and stop when it is rectified") {
  Stage stage(kRules);
  stage.unit("2023-01-01T08:00", "E-1", "enterprise", "341004101205");
  stage.hazard("2023-01-19T10:00", "H1");
  stage.event("2023-01-19T15:00", "hazard.ordered", ordered("H1", "2023-02-07"));
  stage.event("2023-02-09T15:00", "hazard.rectified", R"({"hazard_id":"H1","completed_on":"2023-02-09"})");
  CHECK(stage.said("2023-03-01T00:00") ==
        Lines{"2023-02-02T09:00 t-3 H1", "2023-02-07T09:00 t-0 H1", "2023-02-08T09:00 overdue H1"});
  CHECK(stage.refused() == Lines{});
  CHECK(stage.last()["to"] == nlohmann::json{"E-1/principal", "orphan"});
  CHECK(stage.last()["text"] == "【督促】疏散通道堵塞 2023-02-07");
  CHECK(stage.last()["item"]["due"] == "2023-02-07");
  CHECK(stage.last()["cause"]["event"]["type"] == "hazard.ordered");
}

TEST_CASE("an extension begins a new episode whose stages fire anew") {
  Stage stage(kRules);
  stage.hazard("2023-02-20T10:00", "H1");
  stage.event("2023-02-20T15:00", "hazard.ordered",
              R"({"hazard_id":"H1","order_id":"O1","issued_on":"2023-02-20","due":"2023-03-06"})");
  stage.event("2023-03-06T10:00", "hazard.extended",
              R"({"hazard_id":"H1","new_due":"2023-03-13","approved_by":"D"})");
  CHECK(stage.said("2023-03-14T10:00") == Lines{"2023-03-01T09:00 t-3 H1", "2023-03-06T09:00 t-0 H1",
                                                "2023-03-08T09:00 t-3 H1", "2023-03-13T09:00 t-0 H1",
                                                "2023-03-14T09:00 overdue H1"});
}

TEST_CASE("a failed re-inspection resumes the same episode and repeats nothing") {
  Stage stage(kRules);
  stage.hazard("2023-02-20T10:00", "H1");
  stage.event("2023-02-20T15:00", "hazard.ordered",
              R"({"hazard_id":"H1","order_id":"O1","issued_on":"2023-02-20","due":"2023-03-06"})");
  stage.event("2023-03-06T10:00", "hazard.rectified", R"({"hazard_id":"H1","completed_on":"2023-03-06"})");
  stage.event("2023-03-08T10:00", "hazard.reinspected",
              R"({"hazard_id":"H1","result":"failed","by":"D","on":"2023-03-08"})");
  // Resumed a day after the overdue stage's instant: that one is said at once, the next at its time.
  CHECK(stage.said("2023-03-10T10:00") == Lines{"2023-03-01T09:00 t-3 H1", "2023-03-06T09:00 t-0 H1",
                                                "2023-03-08T10:00 overdue H1",
                                                "2023-03-09T09:00 circular H1"});
}

TEST_CASE("a redelivered event changes nothing, and one with other content is refused") {
  Stage stage(kRules);
  stage.hazard("2023-02-20T10:00", "H1");
  const std::string order =
      R"({"hazard_id":"H1","order_id":"O1","issued_on":"2023-02-20","due":"2023-03-06"})";
  const std::string other =
      R"({"hazard_id":"H1","order_id":"O1","issued_on":"2023-02-20","due":"2023-03-07"})";
  stage.event("2023-02-20T15:00", "hazard.ordered", order, "order");
  stage.event("2023-02-20T15:00", "hazard.ordered", order, "order");
  stage.event("2023-02-20T15:00", "hazard.ordered", other, "order");
  CHECK(stage.said("2023-03-02T00:00") == Lines{"2023-03-01T09:00 t-3 H1"});
  REQUIRE(stage.refused().size() == 1);
  CHECK(stage.refused()[0].starts_with("D22"));
}

TEST_CASE("an event before its predecessor waits for it, and an illegal one is refused with the reason") {
  Stage stage(kRules);
  stage.event("2023-02-20T10:00", "hazard.ordered",
              R"({"hazard_id":"H1","order_id":"O1","issued_on":"2023-02-20","due":"2023-03-06"})");
  stage.hazard("2023-02-20T10:05", "H1");
  stage.event("2023-02-21T10:00", "hazard.withdrawn", R"({"hazard_id":"H1","reason":"误报"})");
  stage.event("2023-02-22T10:00", "hazard.reinspected",
              R"({"hazard_id":"H1","result":"passed","by":"D","on":"2023-02-22"})");
  CHECK(stage.said("2023-03-20T00:00").empty());
  REQUIRE(stage.refused().size() == 1);
  CHECK(stage.refused()[0].find("not allowed for hazard 'H1' in state withdrawn") != std::string::npos);
}

TEST_CASE("an event whose predecessor never comes is given up after its parking time") {
  Stage stage(kRules);
  stage.event("2023-02-20T10:00", "hazard.ordered",
              R"({"hazard_id":"H1","order_id":"O1","issued_on":"2023-02-20","due":"2023-03-06"})");
  CHECK(stage.said("2023-02-20T10:30").empty());
  CHECK(stage.refused() == Lines{});
  CHECK(stage.said("2023-03-20T00:00").empty());
  REQUIRE(stage.refused().size() == 1);
  CHECK(stage.refused()[0].find("its predecessor did not come in time") != std::string::npos);
}
