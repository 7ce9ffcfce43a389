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
    overlap: merge
    subject: hazard
    when: hazard.open && within(hazard.area, trigger.areas)
    due: opened + 24h
    done_by: { event: inspection.completed, when: "event.target_enterprise == hazard.enterprise_id && event.leader_led && event.warning_id in trigger.ids" }
    stages:
      - { id: now, at: opened, level: remind, to: [unit.principal] }
      - { id: missed, at: due, level: circular, to: [office] }
      - { id: over, at: ended, if: "item.outcome == 'expired'", level: remind, to: [told] }
)";

std::string warning(const std::string& id, const std::string& color, const std::string& area,
                    const std::string& status = "alert") {
  return R"({"warning_id":")" + id + R"(","status":")" + status + R"(","type":"rainstorm","color":")" +
         color + R"(","areas":[")" + area +
         R"("],"issued_at":"2021-07-28T05:40:00+08:00","expires":"2021-07-30T08:00:00+08:00"})";
}

std::string inspection(const std::string& id, const std::string& warning_id) {
  return R"({"inspection_id":")" + id +
         R"(","area":"340602","unit":"D","kind":["disaster"],"on":"2021-07-28","leader_led":true,)" +
         R"("target_enterprise":"E-1","warning_id":")" + warning_id + "\"}";
}

/// H1 lies in the district, H2 in the city around it; the district's warning comes first.
struct Rain : Stage {
  explicit Rain(const std::string& ledger = ":memory:") : Stage(kStorm, ledger) {
    hazard("2021-07-20T10:00", "H1", R"("area":"340602101")");
    hazard("2021-07-20T10:00", "H2", R"("area":"340603101")");
    event("2021-07-28T05:40", "weather.warning", warning("W1", "red", "340602"));
    event("2021-07-28T06:45", "weather.warning", warning("W9", "red", "3406"));
  }
};

}  // namespace

TEST_CASE("a city's warning over a district's is one item there, and the first for the rest of the city") {
  Rain stage;
  CHECK(stage.said("2021-07-28T20:00") == Lines{"2021-07-28T05:40 now H1", "2021-07-28T06:45 now H2"});
  stage.event("2021-07-28T20:10", "weather.warning", warning("W1", "red", "340602", "cancel"));
  CHECK(stage.said("2021-07-29T05:40").back() == "2021-07-29T05:40 missed H1");
  stage.event("2021-07-29T06:00", "weather.warning", warning("W9", "red", "3406", "cancel"));
  const Lines all = stage.said("2021-08-01T00:00");
  CHECK(all == Lines{"2021-07-28T05:40 now H1", "2021-07-28T06:45 now H2", "2021-07-29T05:40 missed H1",
                     "2021-07-29T06:00 over H1", "2021-07-29T06:00 over H2"});
}

TEST_CASE("evidence that names either of the merged warnings fulfils the item") {
  for (const char* named : {"W1", "W9"}) {
    CAPTURE(named);
    Rain stage;
    stage.event("2021-07-28T11:00", "inspection.completed", inspection("X1", named));
    // H2 is of the same enterprise, but the district's warning does not concern it.
    const Lines missed = stage.said("2021-07-29T07:00");
    CAPTURE(missed);
    CHECK(std::count(missed.begin(), missed.end(), "2021-07-29T05:40 missed H1") == 0);
    CHECK(std::count(missed.begin(), missed.end(), "2021-07-29T06:45 missed H2") ==
          (named[1] == '1' ? 1 : 0));
  }
}

TEST_CASE("an item that was fulfilled under the first warning stays so under the second") {
  Rain stage;
  stage.event("2021-07-28T11:00", "inspection.completed", inspection("X1", "W1"));
  stage.event("2021-07-28T12:00", "weather.warning", warning("W1", "red", "340602", "cancel"));
  stage.event("2021-07-28T13:00", "weather.warning", warning("W8", "red", "34"));
  const Lines all = stage.said("2021-07-29T06:00");
  CHECK(all == Lines{"2021-07-28T05:40 now H1", "2021-07-28T06:45 now H2"});
}

TEST_CASE("a lower grade is the same rain and carries it on, a higher one is an item of its own") {
  Rain stage;
  stage.event("2021-07-28T07:00", "weather.warning", warning("W7", "orange", "34"));
  for (const char* id : {"W1", "W9"})
    stage.event("2021-07-28T10:00", "weather.warning",
                warning(id, "red", id[1] == '1' ? "340602" : "3406", "cancel"));
  stage.event("2021-07-28T12:00", "weather.warning", warning("W5", "red", "340602"));
  const Lines all = stage.said("2021-07-28T13:00");
  CHECK(all == Lines{"2021-07-28T05:40 now H1", "2021-07-28T06:45 now H2", "2021-07-28T12:00 now H1"});
}

TEST_CASE("a merged item goes on after a restart by the span that carries it") {
  const test::Folder folder;
  {
    Rain stage(folder.path("ledger"));
    stage.event("2021-07-28T12:00", "weather.warning", warning("W1", "red", "340602", "cancel"));
    CHECK(stage.said("2021-07-28T12:00").size() == 2);
  }
  Stage again(kStorm, folder.path("ledger"));
  CHECK(again.said("2021-08-01T00:00") == Lines{"2021-07-29T05:40 missed H1", "2021-07-29T06:45 missed H2",
                                                "2021-07-30T08:00 over H1", "2021-07-30T08:00 over H2"});
}

TEST_CASE("a subject that comes while both warnings are live has one item") {
  Rain stage;
  stage.hazard("2021-07-28T08:00", "H3", R"("area":"340602102")");
  CHECK(stage.said("2021-07-28T20:00").back() == "2021-07-28T08:00 now H3");
  CHECK(stage.said("2021-07-28T20:00").size() == 3);
}

TEST_CASE("a warning that shrinks hands its subject on to the one around it") {
  Rain stage;
  stage.event("2021-07-28T09:00", "weather.warning", warning("W1", "red", "340621"));
  CHECK(stage.said("2021-07-29T05:40") ==
        Lines{"2021-07-28T05:40 now H1", "2021-07-28T06:45 now H2", "2021-07-29T05:40 missed H1"});
}
