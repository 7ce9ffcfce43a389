#include <catch2/catch.hpp>

#include "engine_scene.hpp"
#include "journal.hpp"

using namespace duban;

TEST_CASE("a warning over thousands of hazards opens their items in slices while events flow between") {
  const auto rules = test::with_rules(R"(
rules:
  - id: storm
    title: 暴雨
    trigger: { event: weather.warning }
    subject: hazard
    when: hazard.open && within(hazard.area, trigger.areas)
    stages:
      - { id: now, at: opened, level: remind, to: [unit.principal, town] }
      - { id: over, at: ended, if: "item.outcome == 'expired'", level: remind, to: [told] }
)");
  constexpr size_t kHazards = 3'000;
  const Zone zone = Zone::shanghai();
  Instant at = zone.parse("2023-06-01T10:00").value();
  std::vector<test::Line> events;
  const auto add = [&](const std::string& type, const std::string& data) {
    at += std::chrono::seconds(1);
    events.push_back({at, R"({"specversion":"1.0","id":"e)" + std::to_string(events.size()) +
                              R"(","source":"t","type":")" + type + R"(","data":{)" + data + "}}"});
  };
  const auto warn = [&](const std::string& id, const std::string& status) {
    add("weather.warning",
        R"("warning_id":")" + id + R"(","status":")" + status +
            R"(","type":"rainstorm","color":"red","areas":["3410"],)"
            R"("issued_at":"2023-06-01T10:00:00+08:00","expires":"2023-06-03T10:00:00+08:00")");
  };
  for (size_t i = 0; i < kHazards; ++i)
    add("hazard.reported",
        R"("hazard_id":"H)" + std::to_string(i) +
            R"(","title":"x","origin":"inspection","found_on":"2023-06-01","industry":"fire",)"
            R"("area":")" +
            (i % 10 == 0 ? "341104" : "341004") + "\"");
  warn("W1", "alert");
  for (size_t i = 0; i < 400; i += 2)
    add("hazard.withdrawn", R"("hazard_id":"H)" + std::to_string(kHazards - 1 - i) + R"(","reason":"误报")");
  add("party.upserted", R"("party_id":"T","kind":"town","name":"镇","area":"341004")");
  warn("W2", "alert");
  for (size_t i = 1; i < 400; i += 2)
    add("hazard.withdrawn", R"("hazard_id":"H)" + std::to_string(i) + R"(","reason":"误报")");
  warn("W1", "cancel");
  const Instant end = at + std::chrono::hours(1);

  const std::string whole = [&] {
    const test::SmallSlices one_slice(SIZE_MAX / 2, SIZE_MAX / 2);
    return test::play(rules, events, end, {})[0];
  }();
  CHECK(test::entries({whole}, "alert").size() > 5'000);
  test::Run run;
  run.batch = 20;  // many batches for each slice of a fan-out
  const test::SmallSlices slices(100, 50);
  CHECK((test::play(rules, events, end, run)[0] == whole));
}
