// What an entity keeps is bounded: at its bound everything is as always, past it as core/limits.hpp says.
#include <catch2/catch.hpp>

#include "core/limits.hpp"
#include "engine_scene.hpp"

using namespace duban;
using namespace duban::test;

namespace {

constexpr const char* kRules = R"(
rules:
  - id: life
    title: 隐患生命
    subject: hazard
    stages:
      - { id: opened, at: opened, level: remind, to: [unit.officer] }
)";

std::string progress(size_t percent) {
  return R"({"hazard_id":"H1","percent":)" + std::to_string(percent) + "}";
}

}  // namespace

TEST_CASE("as many events as the bound says wait for a predecessor, the next one is refused") {
  Stage stage(kRules);
  for (size_t i = 0; i < limits::kParkedPerEntity; ++i)
    stage.event("2023-02-20T10:00", "hazard.progress", progress(i));
  stage.said("2023-02-20T10:01");
  CHECK(stage.refused().empty());
  stage.event("2023-02-20T10:02", "hazard.progress", progress(99));
  stage.said("2023-02-20T10:03");
  REQUIRE(stage.refused().size() == 1);
  CHECK(stage.refused()[0].find("D21") != std::string::npos);
  CHECK(stage.refused()[0].find("16 events wait for it already") != std::string::npos);
}

TEST_CASE("an event is recognised among as many as the bound says, and then judged by the state again") {
  Stage stage(kRules);
  const std::string at = "2023-02-20T10:01";  // of all of them: a repetition is the same to its time
  const auto report = [&] {
    stage.event(at, "hazard.reported",
                R"({"hazard_id":"H1","title":"疏散通道堵塞","origin":"inspection","industry":"fire",)"
                R"("area":"341004101205","found_on":"2023-02-20"})",
                "report");
  };
  report();
  stage.event(at, "hazard.ordered",
              R"({"hazard_id":"H1","order_id":"O1","issued_on":"2023-02-20","due":"2023-03-06"})");
  for (size_t i = 2; i < limits::kRecentEvents; ++i) stage.event(at, "hazard.progress", progress(i));
  report();
  stage.said(at);
  CHECK(stage.refused().empty());
  stage.event(at, "hazard.progress", progress(99));
  report();
  stage.said(at);
  REQUIRE(stage.refused().size() == 1);  // it is there already: no such step
  CHECK(stage.refused()[0].starts_with("D20"));
}

TEST_CASE("of an item's recipients as many as the bound says are told of its end") {
  std::string to;
  for (size_t i = 0; i <= limits::kToldPerItem; ++i)
    to += (to.empty() ? "unit:U-" : ", unit:U-") + std::to_string(100 + i);
  Stage stage(R"(
rules:
  - id: life
    title: 隐患生命
    subject: hazard
    stages:
      - { id: opened, at: opened, level: remind, to: [)" +
              to + R"(] }
      - { id: over, at: ended, level: remind, to: [told] }
)");
  for (size_t i = 0; i <= limits::kToldPerItem; ++i)
    stage.unit("2023-01-01T08:00", "U-" + std::to_string(100 + i), "town", "341004101");
  stage.hazard("2023-02-20T10:00", "H1");
  stage.said("2023-02-20T10:01");
  CHECK(stage.last()["to"].size() == limits::kToldPerItem + 1);
  stage.event("2023-02-21T10:00", "hazard.withdrawn", R"({"hazard_id":"H1","reason":"误报"})");
  stage.said("2023-02-21T10:01");
  CHECK(stage.last()["stage"] == "over");
  CHECK(stage.last()["to"].size() == limits::kToldPerItem);
}
