// Deliveries to people on the real engine: who is told, where, by which channel, when, and when not.
#include <catch2/catch.hpp>

#include "engine_scene.hpp"
#include "ledger/outbox.hpp"
#include "ledger/silences.hpp"

using namespace duban;
using duban::test::Stage;
using duban::test::with_routes;
using ledger::DeliveryState;
using Lines = std::vector<std::string>;

namespace {

const char* kRules = R"(
rules:
  - id: rectify
    title: 限期整改
    subject: hazard
    when: has(hazard.due)
    due: hazard.due
    until: hazard.state in ['closed', 'withdrawn', 'awaiting_reinspection']
    stages:
      - { id: t-0, at: due 09:00, level: remind, to: [unit.officer, unit.principal] }
      - { id: overdue, at: due + 1wd 09:00, level: urge, severity: critical, to: [unit.principal, town.officer] }
)";

const char* kPosts =
    R"("posts":{"officer":{"name":"张三","phone":"139-1"},"principal":{"name":"李四","phone":"139-2"}})";
const char* kSamePerson =
    R"("posts":{"officer":{"name":"张三","phone":"139-1"},"principal":{"name":"张三","phone":"139-1"}})";

/// An engine with routes, and the channels that its messages are taken from.
struct Desk {
  explicit Desk(const std::string& routes, const std::string& posts = kPosts)
      : stage(with_routes(kRules, routes, {"robot", "sms", "voice"})) {
    stage.unit("2023-01-01T08:00", "O-1", "office", "3410",
               R"("posts":{"duty":{"name":"值班","phone":"0559"}})");
    stage.unit("2023-01-01T08:00", "T-1", "town", "341004101", R"("posts":{"principal":{"name":"王五"}})");
    stage.unit("2023-01-01T08:00", "E-1", "enterprise", "341004101205", posts);
  }
  void hazard(const std::string& id, const std::string& due = "2023-02-07") {
    stage.hazard("2023-01-19T10:00", id);
    stage.event("2023-01-19T15:00", "hazard.ordered",
                R"({"hazard_id":")" + id + R"(","order_id":"O-)" + id +
                    R"(","issued_on":"2023-01-19","due":")" + due + "\"}");
  }
  static Instant at(const std::string& text) { return Zone::shanghai().parse(text).value(); }

  std::vector<ledger::Delivery> outgoing(const std::string& when) {
    std::vector<ledger::Delivery> found;
    for (;;) {
      engine::Outgoing out =
          stage.scene.engine().outgoing(at(when), {{"robot", 50}, {"sms", 50}, {"voice", 50}}, in_flight);
      for (ledger::Delivery& delivery : out.deliveries) {
        in_flight.insert(delivery.id);
        found.push_back(std::move(delivery));
      }
      next = out.next;
      if (next > at(when)) return found;
    }
  }
  /// "robot 139-1 t-0 H1 + t-0 H2" for each message that may go out at `when`, in order of channel and
  /// person. What goes out is taken by `answer`.
  Lines sent(const std::string& when, DeliveryState answer = DeliveryState::delivered) {
    Lines lines;
    std::vector<ledger::Receipt> receipts;
    for (const ledger::Delivery& delivery : outgoing(when)) {
      std::string line = delivery.channel;
      for (const ledger::Person& person : delivery.to) line += " " + person.mobile;
      for (const ledger::Carried& carried : delivery.carried) {
        const auto json = nlohmann::json::parse(carried.json);
        line += " " + json["stage"].get<std::string>() + ":" + json["subject"]["id"].get<std::string>();
      }
      lines.push_back(line);
      keys.push_back(delivery.alert);
      ledger::Receipt receipt;
      receipt.delivery = delivery.id;
      receipt.at = at(when);
      receipt.state = answer;
      receipt.answer = "scripted";
      if (answer == DeliveryState::pending) receipt.next = receipt.at + std::chrono::minutes(1);
      for (const ledger::Carried& carried : delivery.carried)
        if (carried.delivery != delivery.id) receipt.carried.push_back(carried.delivery);
      receipts.push_back(std::move(receipt));
      in_flight.erase(delivery.id);
    }
    stage.scene.engine().settle(receipts);
    std::sort(lines.begin(), lines.end());
    return lines;
  }
  /// "robot E-1/officer: scripted" for each attempt of the last alert, in order.
  Lines explained() {
    Lines lines;
    for (const auto& attempt : stage.scene.engine().ledger().attempts(stage.last()["id"].get<std::string>()))
      lines.push_back(attempt.channel + " " + attempt.recipient + ": " + attempt.receipt.answer);
    return lines;
  }

  Stage stage;
  std::set<int64_t> in_flight;
  Lines keys;
  Instant next = kNever;
};

}  // namespace

TEST_CASE("each recipient is told at the address that the unit's posts have when the message is sent") {
  Desk desk("routes: [{ notify: sms }]");
  desk.hazard("H1");
  CHECK(desk.stage.said("2023-02-07T09:00").size() == 1);
  desk.stage.unit(
      "2023-02-07T09:05", "E-1", "enterprise", "341004101205",
      R"("posts":{"officer":{"name":"张三","phone":"139-9"},"principal":{"name":"李四","phone":"139-2"}})");
  desk.stage.said("2023-02-07T09:06");
  CHECK(desk.sent("2023-02-07T09:10") == Lines{"sms 139-2 t-0:H1", "sms 139-9 t-0:H1"});
  CHECK(desk.sent("2023-02-07T09:11").empty());
}

TEST_CASE("a person who holds two posts is told once") {
  Desk desk("routes: [{ notify: sms }]", kSamePerson);
  desk.hazard("H1");
  desk.stage.said("2023-02-07T09:00");
  CHECK(desk.stage.last()["to"] == nlohmann::json{"E-1/officer", "E-1/principal"});
  CHECK(desk.sent("2023-02-07T09:00") == Lines{"sms 139-1 t-0:H1"});
}

TEST_CASE(
    "a post that nobody holds climbs to the nearest office, and its message to whoever is on duty there") {
  Desk desk("routes: [{ notify: sms }]");
  desk.hazard("H1");
  desk.stage.said("2023-02-08T09:00");
  CHECK(desk.stage.last()["to"] == nlohmann::json{"E-1/principal", "O-1/orphan"});
  const Lines sent = desk.sent("2023-02-08T09:00");
  CHECK(std::find(sent.begin(), sent.end(), "sms 0559 overdue:H1") != sent.end());
  // A post that has become vacant since is answered for in the same way.
  desk.hazard("H2", "2023-03-01");
  desk.stage.said("2023-03-01T09:00");
  desk.stage.unit("2023-03-01T09:01", "E-1", "enterprise", "341004101205",
                  R"("posts":{"principal":{"name":"李四","phone":"139-2"}})");
  desk.stage.said("2023-03-01T09:02");
  CHECK(desk.sent("2023-03-01T09:02") == Lines{"sms 0559 t-0:H2", "sms 139-2 t-0:H2"});
}

TEST_CASE("what the same person is to hear within the wait is one message; critical ones go at once, alone") {
  Desk desk("routes: [{ notify: sms, group_wait: 5m }]", kSamePerson);
  desk.hazard("H1");
  desk.hazard("H2");
  desk.hazard("H3", "2023-02-06");
  desk.stage.said("2023-02-06T09:10");
  CHECK(desk.sent("2023-02-06T09:10") == Lines{"sms 139-1 t-0:H3"});
  desk.stage.said("2023-02-07T09:00");
  CHECK(desk.sent("2023-02-07T09:00") == Lines{"sms 0559 overdue:H3", "sms 139-1 overdue:H3"});
  CHECK(desk.sent("2023-02-07T09:04").empty());
  CHECK(desk.sent("2023-02-07T09:05") == Lines{"sms 139-1 t-0:H1 t-0:H2"});
}

TEST_CASE(
    "a message that failed waits with what comes meanwhile, and has the same key only if nothing came") {
  Desk desk("routes: [{ notify: sms }]", kSamePerson);
  desk.hazard("H1");
  desk.hazard("H2", "2023-02-08");
  desk.stage.said("2023-02-07T09:00");
  CHECK(desk.sent("2023-02-07T09:00", DeliveryState::pending) == Lines{"sms 139-1 t-0:H1"});
  CHECK(desk.sent("2023-02-07T09:01", DeliveryState::pending) == Lines{"sms 139-1 t-0:H1"});
  CHECK(desk.keys[0] == desk.keys[1]);
  desk.stage.event("2023-02-07T12:00", "hazard.rectified",
                   R"({"hazard_id":"H1","completed_on":"2023-02-07"})");
  desk.stage.said("2023-02-08T09:00");
  CHECK(desk.sent("2023-02-08T09:00") == Lines{"sms 139-1 t-0:H1 t-0:H2"});
  CHECK(desk.keys[2] != desk.keys[0]);
  CHECK(desk.sent("2023-02-08T10:00").empty());
  CHECK(desk.stage.scene.engine().ledger().counts().pending == 0);
}

TEST_CASE("what is rejected goes on to the next channel at once, what nobody acknowledges after its time") {
  const char* routes =
      "routes: [{ to: ['E-1/*'], notify: [robot, { channel: sms, after: 10m }, { channel: voice, after: 5m "
      "}] }]";
  Desk desk(routes, kSamePerson);
  desk.hazard("H1");
  desk.stage.said("2023-02-07T09:00");
  CHECK(desk.sent("2023-02-07T09:00", DeliveryState::rejected) == Lines{"robot 139-1 t-0:H1"});
  CHECK(desk.sent("2023-02-07T09:00") == Lines{"sms 139-1 t-0:H1"});
  CHECK(desk.sent("2023-02-07T09:04").empty());
  CHECK(desk.sent("2023-02-07T09:05") == Lines{"voice 139-1 t-0:H1"});
  CHECK(desk.sent("2023-02-08T08:00").empty());
  CHECK(desk.explained() ==
        Lines{"robot E-1/officer: scripted", "robot E-1/officer: rejected by robot: goes on by sms",
              "sms E-1/officer: scripted", "sms E-1/officer: nobody acknowledged it for 5m: goes on by voice",
              "voice E-1/officer: scripted"});
}

TEST_CASE("what was acknowledged, or is over, does not go on") {
  const char* routes = "routes: [{ to: ['E-1/*'], notify: [robot, { channel: sms, after: 10m }] }]";
  Desk desk(routes, kSamePerson);
  desk.hazard("H1");
  desk.stage.said("2023-02-07T09:00");
  CHECK(desk.sent("2023-02-07T09:00").size() == 1);
  SECTION("acknowledged") {
    ledger::Ledger& ledger = desk.stage.scene.engine().ledger();
    ledger.begin();
    ledger.acknowledge({desk.stage.last()["id"].get<std::string>(), "张三", Desk::at("2023-02-07T09:05")});
    ledger.commit();
    CHECK(desk.sent("2023-02-07T09:10").empty());
    CHECK(desk.explained().back() == "robot E-1/officer: acknowledged: does not go on by sms");
  }
  SECTION("over") {
    desk.stage.event("2023-02-07T09:07", "hazard.rectified",
                     R"({"hazard_id":"H1","completed_on":"2023-02-07"})");
    desk.stage.said("2023-02-07T09:08");
    CHECK(desk.sent("2023-02-07T09:10").empty());
    CHECK(desk.explained().back() == "robot E-1/officer: its item has ended: does not go on by sms");
  }
  SECTION("neither") { CHECK(desk.sent("2023-02-07T09:10") == Lines{"sms 139-1 t-0:H1"}); }
}

TEST_CASE("a channel that is away for long is passed over, and still delivers when it is back") {
  Desk desk("routes: [{ to: ['E-1/*'], notify: [robot, { channel: sms, after: 10m }] }]", kSamePerson);
  desk.hazard("H1");
  desk.stage.said("2023-02-07T09:00");
  for (int minute = 0; minute < 10; ++minute)
    CHECK(desk.sent("2023-02-07T09:0" + std::to_string(minute), DeliveryState::pending).size() == 1);
  CHECK(desk.sent("2023-02-07T09:10") == Lines{"robot 139-1 t-0:H1", "sms 139-1 t-0:H1"});
  CHECK(desk.sent("2023-02-07T12:00").empty());
}

TEST_CASE("a digest waits for its time, quiet hours for their end, and then all goes out as one message") {
  SECTION("digest") {
    Desk desk("routes: [{ notify: sms, digest_at: 08:30 }]", kSamePerson);
    desk.hazard("H1");
    desk.hazard("H2");
    desk.stage.said("2023-02-07T09:00");
    CHECK(desk.sent("2023-02-07T23:00").empty());
    CHECK(desk.sent("2023-02-08T08:29").empty());
    CHECK(desk.sent("2023-02-08T08:30") == Lines{"sms 139-1 t-0:H1 t-0:H2"});
  }
  SECTION("quiet hours, whichever night they fall in") {
    Desk desk("routes: [{ notify: sms, quiet: '20:00-10:30' }]", kSamePerson);
    desk.hazard("H1");
    desk.stage.said("2023-02-07T09:00");
    CHECK(desk.sent("2023-02-07T09:00").empty());
    CHECK(desk.next == Desk::at("2023-02-07T10:30"));
    CHECK(desk.sent("2023-02-07T10:30", DeliveryState::pending).size() == 1);
    CHECK(desk.sent("2023-02-07T20:00").empty());  // the channel was away until it was quiet again
    desk.stage.said("2023-02-08T09:00");
    // A critical one does not wait.
    CHECK(desk.sent("2023-02-08T09:00") == Lines{"sms 0559 overdue:H1", "sms 139-1 overdue:H1"});
    CHECK(desk.sent("2023-02-08T10:30") == Lines{"sms 139-1 t-0:H1"});
  }
}

TEST_CASE(
    "a silence defers; its end releases what is still current and withholds the rest, with the reason") {
  Desk desk("routes: [{ to: ['E-1/*'], notify: sms }]", kSamePerson);
  engine::Engine& engine = desk.stage.scene.engine();
  desk.hazard("H1");
  desk.hazard("H2");
  desk.hazard("H3", "2023-02-10");
  const engine::SilenceAnswer silence = engine.add_silence(
      {"黄海燕", "停产检修", "alert.subject in ['H1', 'H2']", {}, Desk::at("2023-02-07T18:00")},
      Desk::at("2023-02-01T00:00"));
  REQUIRE(silence.error.empty());
  desk.stage.said("2023-02-07T09:00");
  CHECK(desk.sent("2023-02-07T09:00").empty());
  CHECK(desk.next == Desk::at("2023-02-07T18:00"));
  desk.stage.event("2023-02-07T10:00", "hazard.rectified",
                   R"({"hazard_id":"H2","completed_on":"2023-02-07"})");
  desk.stage.said("2023-02-07T10:01");
  SECTION("by its time") { CHECK(desk.sent("2023-02-07T18:00") == Lines{"sms 139-1 t-0:H1"}); }
  SECTION("by a person") {
    using engine::SilenceEnded;
    const engine::SilenceEnding ending{silence.id, "朱春生"};
    CHECK(engine.end_silence(ending, Desk::at("2023-02-07T11:00")) == SilenceEnded::now);
    CHECK(engine.end_silence(ending, Desk::at("2023-02-07T11:01")) == SilenceEnded::over);
    CHECK(engine.end_silence({"s-1", "朱春生"}, Desk::at("2023-02-07T11:01")) == SilenceEnded::unknown);
    CHECK(desk.sent("2023-02-07T11:00") == Lines{"sms 139-1 t-0:H1"});
  }
  CHECK(desk.sent("2023-02-07T18:01").empty());
  CHECK(engine.ledger().counts().pending == 0);
  Lines answers;
  for (const app::Said& said : desk.stage.scene.alerts()) {
    const auto json = nlohmann::json::parse(said.json);
    if (json["subject"]["id"] != "H2") continue;
    for (const auto& attempt : engine.ledger().attempts(json["id"].get<std::string>())) {
      answers.push_back(attempt.receipt.answer);
      if (attempt.receipt.state == DeliveryState::withheld) answers.emplace_back("withheld");
    }
  }
  REQUIRE(answers.size() == 3);
  CHECK(answers[0] == "silence " + silence.id + " by 黄海燕 until 2023-02-07T18:00:00+08:00: 停产检修");
  CHECK(answers[1] == "no longer current when what it waited for (" + silence.id + ") was over");
  CHECK(answers[2] == "withheld");
  desk.stage.said("2023-02-10T09:00");
  // By now H1 is overdue, and H3 was never silenced.
  CHECK(desk.sent("2023-02-10T09:00") == Lines{"sms 139-1 overdue:H1", "sms 139-1 t-0:H3"});
}

TEST_CASE("a silence says what is wrong with it, and is the same when it is added twice") {
  Desk desk("routes: [{ notify: sms }]");
  engine::Engine& engine = desk.stage.scene.engine();
  const Instant now = Desk::at("2023-02-01T00:00");
  const Instant later = Desk::at("2023-02-02T00:00");
  CHECK(engine.add_silence({"", "r", "true", {}, later}, now).error ==
        "silence: author is '', expected the name of who answers for it; say who you are");
  CHECK(engine.add_silence({"a", "", "true", {}, later}, now).error.find("reason is ''") !=
        std::string::npos);
  CHECK(engine.add_silence({"a", "r", "true", later, later}, now).error.find("set a later end") !=
        std::string::npos);
  CHECK(engine.add_silence({"a", "r", "alert.levle == 'urge'", {}, later}, now).error ==
        "silence: when:7: E104 unknown field 'levle' of alert; did you mean 'level'?");
  const std::string id = engine.add_silence({"a", "r", "true", {}, later}, now).id;
  CHECK(engine.add_silence({"a", "r", "true", {}, later}, now).id == id);
  CHECK(engine.ledger().silences().all().size() == 1);
}

TEST_CASE("what a current alert inhibits waits until that one is over") {
  const char* routes = R"(
routes: [{ to: ['E-1/*'], notify: sms }]
inhibit: [{ source: "alert.level == 'urge'", target: "alert.level == 'remind'", equal: [unit] }]
)";
  Desk desk(routes, kSamePerson);
  desk.hazard("H1", "2023-02-06");
  desk.hazard("H2");
  desk.stage.said("2023-02-06T09:00");
  CHECK(desk.sent("2023-02-06T09:00") == Lines{"sms 139-1 t-0:H1"});
  desk.stage.said("2023-02-07T09:00");  // H1 is overdue when H2 falls due
  CHECK(desk.sent("2023-02-07T09:00") == Lines{"sms 139-1 overdue:H1"});
  CHECK(desk.sent("2023-02-07T12:00").empty());
  desk.stage.event("2023-02-07T12:30", "hazard.rectified",
                   R"({"hazard_id":"H1","completed_on":"2023-02-07"})");
  desk.stage.said("2023-02-07T12:31");
  CHECK(desk.sent("2023-02-07T12:35") == Lines{"sms 139-1 t-0:H2"});
}
