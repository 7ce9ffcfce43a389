#include <catch2/catch.hpp>

#include "engine_scene.hpp"
#include "random_events.hpp"

using namespace duban;
using test::Run;

namespace {

// Each seed runs several times; the sanitizers, which look at the code and not at the streams, need fewer.
#if defined(__SANITIZE_THREAD__)
constexpr uint64_t kSeeds = 5;
#elif defined(__SANITIZE_ADDRESS__)
constexpr uint64_t kSeeds = 40;
#else
constexpr uint64_t kSeeds = 200;
#endif
constexpr size_t kEvents = 90;

std::shared_ptr<const rule::Configuration> configuration() {
  static const auto loaded = test::with_rules(test::kRandomRules);
  return loaded;
}

Instant end_of(const std::vector<test::Line>& events) { return events.back().at + std::chrono::days(40); }

std::vector<std::string> play(const std::vector<test::Line>& events, const Run& run) {
  return test::play(configuration(), events, end_of(events), run);
}

/// The first line that differs, for a report one can read.
std::string difference(const std::string& one, const std::string& other) {
  const auto [a, b] = std::mismatch(one.begin(), one.end(), other.begin(), other.end());
  if (a == one.end() && b == other.end()) return {};
  const auto line = [](const std::string& text, size_t at) {
    const size_t begin = text.rfind('\n', at == 0 ? 0 : at - 1) + 1;
    return text.substr(begin, text.find('\n', at) - begin);
  };
  const auto at = static_cast<size_t>(a - one.begin());
  const size_t entity = one.rfind("\nentity ", at);
  return (entity == std::string::npos ? "" : line(one, entity + 1) + "\n") + line(one, at) + "\n" +
         line(other, at);
}

std::string joined(const std::vector<std::string>& lines) {
  std::string out;
  for (const std::string& line : lines) out += line + "\n";
  return out;
}

}  // namespace

TEST_CASE("the same journal gives the same ledger whatever the batches and slices") {
  size_t alerts = 0;
  size_t refused = 0;
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    CAPTURE(seed);
    const std::vector<test::Line> events = test::random_events(seed, kEvents);
    const std::string whole = play(events, {})[0];
    alerts += test::entries({whole}, "alert").size();
    refused += test::entries({whole}, "dead letter").size();
    Run run;
    run.batch = 1;
    REQUIRE(difference(whole, play(events, run)[0]) == "");
    run.batch = 7;
    REQUIRE(difference(whole, play(events, run)[0]) == "");
    const test::SmallSlices slices(1 + seed % 3, 1 + seed % 2);
    REQUIRE(difference(whole, play(events, run)[0]) == "");
    run.batch = SIZE_MAX;
    REQUIRE(difference(whole, play(events, run)[0]) == "");
  }
  CHECK(alerts > kSeeds * 20);  // the streams do move something
  CHECK(refused > kSeeds);
}

TEST_CASE("the alerts and the refusals of a run do not depend on the number of shards") {
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    CAPTURE(seed);
    const std::vector<test::Line> events = test::random_events(seed, kEvents);
    const std::vector<std::string> one = play(events, {});
    for (const int shards : {2, 3}) {
      Run run;
      run.shards = shards;
      run.batch = 7;
      const std::vector<std::string> many = play(events, run);
      for (const char* kind : {"alert", "dead letter"})
        REQUIRE(difference(joined(test::entries(one, kind)), joined(test::entries(many, kind))) == "");
    }
  }
}

TEST_CASE("a failure at any alert leaves nothing half applied, and the run goes on as if it had not been") {
  for (uint64_t seed = 1; seed <= kSeeds; seed += 4) {
    CAPTURE(seed);
    const std::vector<test::Line> events = test::random_events(seed, kEvents);
    const std::string whole = play(events, {})[0];
    Run run;
    run.batch = 7;
    const size_t failing = seed % 23;
    run.on_alert = [failing](size_t n) {
      if (n == failing || n == failing + 5) throw ledger::StorageError("the disk is full");
    };
    REQUIRE(difference(whole, play(events, run)[0]) == "");
  }
}

TEST_CASE(
    "a ledger that is opened again after every batch, with the batch redelivered, is as if never closed") {
  const test::Folder folder;
  for (uint64_t seed = 1; seed <= kSeeds; seed += 25) {
    CAPTURE(seed);
    const std::vector<test::Line> events = test::random_events(seed, kEvents);
    const std::string whole = play(events, {})[0];
    Run run;
    run.batch = 9;
    run.restarts = true;
    run.path = folder.path(std::to_string(seed));
    REQUIRE(difference(whole, play(events, run)[0]) == "");
  }
}

TEST_CASE("an event whose application throws is dead-lettered alone, the others of its batch are applied") {
  const auto order = [](const std::string& id) {
    return R"({"specversion":"1.0","id":"o)" + id +
           R"(","source":"t","type":"hazard.ordered","data":{"hazard_id":")" + id +
           R"(","order_id":"O","issued_on":"2023-02-20","due":"2023-02-20"}})";
  };
  const auto report = [](const std::string& id) {
    return R"({"specversion":"1.0","id":"r)" + id +
           R"(","source":"t","type":"hazard.reported","data":{"hazard_id":")" + id +
           R"(","title":"x","origin":"inspection","found_on":"2023-02-20","industry":"fire","area":"341004","level":"general"}})";
  };
  // Each order is late: its item opens overdue and says its last stage at once, inside the event's own turn.
  const auto rules = test::with_rules(R"(
rules:
  - { id: r, title: 整改, subject: hazard, when: has(hazard.due), due: hazard.due, stages: [
      { id: late, at: due + 1d 09:00, level: urge, to: [office] } ] }
)");
  const Zone zone = Zone::shanghai();
  std::vector<test::Line> events;
  for (const char* id : {"A", "B", "C"})
    events.push_back({zone.parse("2023-02-20T10:00").value(), report(id)});
  for (const char* id : {"A", "B", "C"})
    events.push_back({zone.parse("2023-03-20T10:00").value(), order(id)});
  Run run;
  size_t second_seen = 0;
  run.on_alert = [&](size_t n) {
    // In the batch the second alert fails; alone A passes (2), B fails (3), C passes.
    if (n == 1 || n == 3) {
      ++second_seen;
      throw std::runtime_error("a defect");
    }
  };
  const std::vector<std::string> dump =
      test::play(rules, events, zone.parse("2023-04-01T00:00").value(), run);
  CHECK(second_seen == 2);
  const auto letters = test::entries(dump, "dead letter");
  REQUIRE(letters.size() == 1);
  CHECK(letters[0].find("D90") != std::string::npos);
  CHECK(letters[0].find("a defect") != std::string::npos);
  CHECK(letters[0].find("events/0/4") != std::string::npos);
  CHECK(test::entries(dump, "alert").size() == 2);
}
