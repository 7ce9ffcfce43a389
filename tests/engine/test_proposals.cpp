#include <catch2/catch.hpp>

#include "engine_scene.hpp"
#include "journal.hpp"

using namespace duban;
using test::Stage;
using Lines = std::vector<std::string>;

namespace {

const char* kRules = R"(
rules:
  - id: rectify
    title: 整改
    subject: hazard
    when: has(hazard.due)
    due: hazard.due
    until: hazard.state == 'awaiting_reinspection'
    stages:
      - { id: overdue, at: due + 1wd 09:00, level: urge, to: [office] }
      - { id: talk, at: due + 2wd 09:00, level: interview, to: [office] }
      - { id: listing, at: due + 4wd 09:00, level: listing, to: [office] }
      - { id: after-talk, at: decided(interview) + 1wd 10:00, level: remind, to: [office] }
      - { id: after-listing, at: decided(listing) + 1wd 10:00, level: remind, to: [office] }
  - id: unanswered
    title: 建议逾期未答复
    subject: proposal
    due: opened + 5wd
    stages:
      - { id: late, at: due + 1wd 09:00, level: urge, to: [office], message: "${proposal.title}${proposal.level}${proposal.subject}" }
)";

/// Due on Monday 2023-03-20: the talk is proposed on Wednesday.
void overdue(Stage& stage, const std::string& id = "H1") {
  stage.hazard("2023-03-01T10:00", id);
  stage.event("2023-03-01T11:00", "hazard.ordered",
              R"({"hazard_id":")" + id + R"(","order_id":"O1","issued_on":"2023-03-01","due":"2023-03-20"})");
}

std::string id_of(Stage& stage, const std::string& wanted) {
  for (const app::Said& said : stage.scene.alerts())
    if (said.stage == wanted) return nlohmann::json::parse(said.json)["id"];
  return {};
}

Lines of(const Lines& lines, const std::string& stage) {
  Lines out;
  for (const std::string& line : lines)
    if (line.substr(17).starts_with(stage + " ")) out.push_back(line);
  return out;
}

}  // namespace

TEST_CASE("an official act is proposed, and a proposal that nobody answers is reminded of") {
  Stage stage(kRules);
  overdue(stage);
  const Lines all = stage.said("2023-03-31T12:00");
  const std::string talk = id_of(stage, "talk");
  const std::string listing = id_of(stage, "listing");
  CHECK(all == Lines{"2023-03-21T09:00 overdue H1", "2023-03-22T09:00 talk H1", "2023-03-24T09:00 listing H1",
                     "2023-03-30T09:00 late " + talk});
  CHECK(stage.last()["text"] == "疏散通道堵塞interviewH1");
  CHECK(stage.last()["unit"]["id"] == "E-1");
  CHECK(stage.said("2023-04-10T00:00").back() == "2023-04-03T09:00 late " + listing);
}

TEST_CASE("the decision about the subject closes what was proposed up to that level") {
  Stage stage(kRules);
  overdue(stage);
  stage.said("2023-03-24T10:00");
  stage.event("2023-03-27T11:00", "escalation.decided",
              R"({"ref":"H1","stage":"interview","decided_by":"D","on":"2023-03-27"})");
  const Lines all = stage.said("2023-04-10T00:00");
  CHECK(of(all, "after-talk") == Lines{"2023-03-28T10:00 after-talk H1"});
  CHECK(of(all, "late") == Lines{"2023-04-03T09:00 late " + id_of(stage, "listing")});
}

TEST_CASE("a listing is a decision about its hazard") {
  Stage stage(kRules);
  overdue(stage);
  stage.said("2023-03-24T10:00");
  const std::string listed =
      R"({"listing_id":"L1","hazard_id":"H1","level":"county","listed_on":"2023-03-27","due":"2023-06-27","tracker":"D-1"})";
  stage.event("2023-03-27T11:00", "supervision.listed", listed, "l");
  stage.event("2023-03-27T11:30", "supervision.listed", listed, "l");
  CHECK(stage.refused() == Lines{});
  const Lines all = stage.said("2023-04-10T00:00");
  CHECK(of(all, "after-listing") == Lines{"2023-03-28T10:00 after-listing H1"});
  CHECK(of(all, "late") == Lines{});
}

TEST_CASE("a proposal's own answer ends its clock; accepting it is the decision, declining is not") {
  for (const bool accepted : {true, false}) {
    CAPTURE(accepted);
    Stage stage(kRules);
    overdue(stage);
    stage.said("2023-03-22T10:00");
    const std::string proposal = R"({"proposal_id":")" + id_of(stage, "talk") + R"(","decided_by":"D")";
    stage.event("2023-03-23T11:00", accepted ? "escalation.accepted" : "escalation.declined",
                proposal + (accepted ? "}" : R"(,"reason":"已约谈"})"));
    CHECK(stage.refused() == Lines{});
    const Lines all = stage.said("2023-04-10T00:00");
    CHECK(of(all, "after-talk").size() == (accepted ? 1 : 0));
    CHECK(of(all, "late") == Lines{"2023-04-03T09:00 late " + id_of(stage, "listing")});
  }
}

TEST_CASE("a proposal of an episode that is over still waits for its decision") {
  Stage stage(kRules);
  overdue(stage);
  stage.said("2023-03-22T10:00");
  stage.event("2023-03-23T11:00", "hazard.extended",
              R"({"hazard_id":"H1","new_due":"2023-06-20","approved_by":"D"})");
  CHECK(of(stage.said("2023-03-24T10:00"), "listing") == Lines{});
  stage.event("2023-03-27T11:00", "escalation.decided",
              R"({"ref":"H1","stage":"interview","decided_by":"D","on":"2023-03-27"})");
  CHECK(of(stage.said("2023-04-20T00:00"), "late") == Lines{});
}

TEST_CASE("proposals, their reminders and decisions do not depend on the number of shards") {
  const auto rules = test::with_rules(kRules);
  const Zone zone = Zone::shanghai();
  std::vector<test::Line> events;
  const auto add = [&](const char* at, const std::string& type, const std::string& data) {
    events.push_back(
        {zone.parse(at).value(), R"({"specversion":"1.0","id":"e)" + std::to_string(events.size()) +
                                     R"(","source":"t","type":")" + type + R"(","data":{)" + data + "}}"});
  };
  for (int i = 0; i < 12; ++i) {
    const std::string hazard = R"("hazard_id":"H)" + std::to_string(i) + "\"";
    add("2023-03-01T10:00", "hazard.reported",
        hazard +
            R"(,"title":"x","origin":"inspection","found_on":"2023-03-01","industry":"fire","area":"341004","level":"general")");
    add("2023-03-01T10:00", "hazard.ordered",
        hazard + R"(,"order_id":"O","issued_on":"2023-03-01","due":"2023-03-20")");
  }
  for (int i = 0; i < 6; ++i)
    add("2023-03-27T10:00", "supervision.listed",
        R"("listing_id":"L)" + std::to_string(i) + R"(","hazard_id":"H)" + std::to_string(i) +
            R"(","level":"county","listed_on":"2023-03-27","due":"2023-06-27","tracker":"D-1")");
  const Instant end = zone.parse("2023-04-20T00:00").value();
  const auto one = test::entries(test::play(rules, events, end, {}), "alert");
  CHECK(one.size() == 12 * 3 + 6 + 6 * 2);
  for (const int shards : {2, 3, 7}) {
    test::Run run;
    run.shards = shards;
    CHECK(test::entries(test::play(rules, events, end, run), "alert") == one);
  }
}
