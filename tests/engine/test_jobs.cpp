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

TEST_CASE(
    "a unit that changes, and evidence for all, reach their subjects in slices while events flow between") {
  const auto rules = test::with_rules(R"(
rules:
  - id: key-enterprise
    title: 重点企业
    subject: hazard
    when: hazard.open && has(unit.key) && unit.key
    stages: [{ id: now, at: opened, level: remind, to: [unit.principal] }]
  - id: planned
    title: 年度计划
    trigger: { every: year }
    subject: unit
    when: unit.kind == 'enterprise'
    due: opened + 1d
    done_by: { event: plan.upserted, when: unit.unit_id in event.enterprises, for_all: true }
    stages: [{ id: missed, at: due + 1d 09:00, level: urge, to: [unit.principal] }]
)");
  constexpr int kMany = 120;
  Instant at = Zone::shanghai().parse("2023-06-01T10:00").value();
  std::vector<test::Line> events;
  const auto add = [&](const std::string& type, const std::string& data) {
    at += std::chrono::seconds(1);
    events.push_back({at, R"({"specversion":"1.0","id":"e)" + std::to_string(events.size()) +
                              R"(","source":"t","type":")" + type + R"(","data":{)" + data + "}}"});
  };
  const auto unit = [&](int i, bool key) {
    add("party.upserted", R"("party_id":"E)" + std::to_string(i) +
                              R"(","kind":"enterprise","name":"厂","area":"341004","key":)" +
                              (key ? "true" : "false"));
  };
  const auto hazard = [&](int i, const std::string& enterprise) {
    add("hazard.reported",
        R"("hazard_id":"H)" + std::to_string(i) + R"(","enterprise_id":")" + enterprise +
            R"(","title":"x","origin":"inspection","found_on":"2023-06-01","industry":"fire","area":"341004")");
  };
  for (int i = 0; i < kMany; ++i) unit(i, false);
  for (int i = 0; i < kMany; ++i) hazard(i, i % 3 == 0 ? "E1" : "E0");
  unit(0, true);
  for (int i = 0; i < kMany; i += 5)
    add("hazard.withdrawn", R"("hazard_id":"H)" + std::to_string(kMany - 1 - i) + R"(","reason":"误报")");
  add("plan.upserted",
      R"("plan_id":"P","unit":"D","year":2023,"kind":"inspection","enterprises":["E3","E100"])");
  for (int i = 0; i < kMany; i += 7) hazard(kMany + i, "E0");
  const Instant end = at + std::chrono::days(4);

  const std::string whole = [&] {
    const test::SmallSlices one_slice(SIZE_MAX / 2, SIZE_MAX / 2);
    return test::play(rules, events, end, {})[0];
  }();
  // Two thirds of the hazards, the later ones, and all units but two.
  CHECK(test::entries({whole}, "alert").size() == 80 + 18 + kMany - 2);
  test::Run run;
  run.batch = 10;
  const test::SmallSlices slices(7, 9);
  CHECK((test::play(rules, events, end, run)[0] == whole));
}
