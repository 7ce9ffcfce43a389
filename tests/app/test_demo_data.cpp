#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "app/demo_data.hpp"

using namespace duban;

namespace {

const calendar::Calendar& shipped_calendar() {
  static Diagnostics out;
  static const auto calendar = calendar::Calendar::load(DUBAN_SOURCE_DIR "/config/calendar", out);
  return *calendar;
}

const std::vector<app::DemoEvent>& year() {
  static const auto events = app::demo_year({}, shipped_calendar());
  return events;
}

/// What a register would hold at the year's end, by the legal events alone.
struct Register {
  std::set<std::string> seen, inspections;
  std::map<std::string, std::string> hazards;  // state
  std::set<std::string> major;

  void apply(const nlohmann::json& event) {
    if (!seen.insert(event["id"]).second) return;  // redelivered
    const std::string type = event["type"];
    const auto& data = event["data"];
    if (type == "inspection.completed") inspections.insert(data["inspection_id"]);
    if (!data.contains("hazard_id") || !type.starts_with("hazard.")) return;
    const std::string id = data["hazard_id"];
    if (type == "hazard.reported" && data.contains("area") && data["found_on"] != "2023-02-30") {
      hazards.emplace(id, "open");
      if (data.value("level", "") == "major") major.insert(id);
    }
    if (!hazards.contains(id) || hazards[id] == "withdrawn") return;
    if (type == "hazard.closed" && !major.contains(id)) hazards[id] = "closed";
    if (type == "hazard.reinspected") hazards[id] = data["result"] == "passed" ? "closed" : "open";
    if (type == "hazard.reopened") hazards[id] = "open";
    if (type == "hazard.withdrawn") hazards[id] = "withdrawn";
  }
  long count(const std::string& state) const {
    return std::count_if(hazards.begin(), hazards.end(), [&](const auto& h) { return h.second == state; });
  }
};

}  // namespace

TEST_CASE("the demo's year has the bulletin's numbers") {
  Register result;
  for (const auto& event : year()) result.apply(nlohmann::json::parse(event.json));
  CHECK(result.inspections.size() == 3'246);
  CHECK(result.hazards.size() == 5'110);
  CHECK(result.count("closed") == 4'531);
  CHECK(result.count("withdrawn") > 0);
  CHECK(result.major.size() > 30);
}

TEST_CASE("the demo's events come in order of instant and lie in their year") {
  const auto& events = year();
  CHECK(std::is_sorted(events.begin(), events.end(), [](auto& a, auto& b) { return a.at < b.at; }));
  CHECK(Zone::shanghai().date(events.front().at).str() >= "2023-01-01");
  CHECK(Zone::shanghai().date(events.back().at).str() <= "2023-12-31");
}

TEST_CASE("the demo's year brings redeliveries and events before their predecessors") {
  std::set<std::string> ids, reported;
  int repeated = 0, early = 0;
  for (const auto& event : year()) {
    const auto json = nlohmann::json::parse(event.json);
    if (!ids.insert(json["id"]).second) {
      ++repeated;
      continue;
    }
    if (json["type"] == "hazard.reported") reported.insert(json["subject"]);
    if (json["type"] == "hazard.ordered" && !reported.contains(json["subject"])) ++early;
  }
  CHECK(repeated > 50);
  CHECK(early > 5);
}

TEST_CASE("the same seed makes the same year, another seed another one with the same numbers") {
  const auto again = app::demo_year({}, shipped_calendar());
  REQUIRE(again.size() == year().size());
  CHECK(std::equal(again.begin(), again.end(), year().begin(),
                   [](const auto& a, const auto& b) { return a.at == b.at && a.json == b.json; }));
  app::DemoPlan plan;
  plan.seed = 7;
  const auto other = app::demo_year(plan, shipped_calendar());
  CHECK(other[1'000].json != year()[1'000].json);
  Register result;
  for (const auto& event : other) result.apply(nlohmann::json::parse(event.json));
  CHECK(result.hazards.size() == 5'110);
  CHECK(result.count("closed") == 4'531);
}

TEST_CASE("a line of a recorded file is the event with its record's instant") {
  const auto& event = year().front();
  const auto line = nlohmann::json::parse(app::demo_line(event));
  CHECK(Zone::shanghai().parse(line["at"].get<std::string>()) == event.at);
  CHECK(line["subject"] == event.key);
  CHECK(line["specversion"] == "1.0");
}
