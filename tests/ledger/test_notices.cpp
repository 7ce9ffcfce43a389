// Deliveries to people as rows: bundles, their leaders, what settling and deferring makes of them.
#include <sqlite3.h>
#include <algorithm>
#include <catch2/catch.hpp>

#include "ledger/notices.hpp"
#include "ledger/outbox.hpp"
#include "ledger/plan.hpp"
#include "ledger_support.hpp"

using namespace duban;
using namespace duban::ledger;
using namespace std::chrono_literals;
using test::Fixture;
using test::seconds;
using Lines = std::vector<std::string>;

namespace {

Alert alert(int number, Instant at, uint8_t severity = 0, uint64_t group = 1) {
  Plan plan;
  plan.steps = {{"sms", Duration{0}}, {"voice", 10min}};
  Alert one;
  one.id = "5f-" + std::to_string(number);
  one.at = at;
  one.severity = severity;
  one.json = "{}";
  one.notices = {{"E-1/officer", plan.text(), group, at}};
  return one;
}

struct Desk : Fixture {
  using Fixture::Fixture;
  void raise(int number, Instant at, uint8_t severity = 0, uint64_t group = 1) {
    in_transaction([&] {
      Alert one = alert(number, at, severity, group);
      REQUIRE(ledger->raise(one));
    });
  }
  std::vector<Delivery> deliverable(Instant now) {
    return ledger->deliverable(now, {{"sms", 10}, {"voice", 10}}, {});
  }
  /// "5f-1 5f-2" for each message.
  Lines messages(Instant now) {
    Lines lines;
    for (const Delivery& delivery : deliverable(now)) {
      std::string line;
      for (const Carried& carried : delivery.carried) line += (line.empty() ? "" : " ") + carried.alert;
      lines.push_back(line);
    }
    return lines;
  }
  void settle(const Delivery& delivery, DeliveryState state, Instant at) {
    Receipt receipt;
    receipt.delivery = delivery.id;
    receipt.at = at;
    receipt.state = state;
    if (state == DeliveryState::pending) receipt.next = at + 60s;
    for (const Carried& carried : delivery.carried)
      if (carried.delivery != delivery.id) receipt.carried.push_back(carried.delivery);
    in_transaction([&] { ledger->settle(receipt); });
  }
};

void run_sql(const std::string& path, const std::string& sql) {
  sqlite3* database = nullptr;
  REQUIRE(sqlite3_open(path.c_str(), &database) == SQLITE_OK);
  REQUIRE(sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
  sqlite3_close(database);
}

}  // namespace

TEST_CASE("a plan is the same after it was kept as text") {
  Plan plan;
  plan.steps = {{"robot of 安委办", Duration{0}}, {"sms", 90s}};
  plan.quiet = Plan::Quiet{TimeOfDay{22 * 3600}, TimeOfDay{7 * 3600}};
  plan.digest = TimeOfDay{8 * 3600 + 1800};
  CHECK(Plan::parse(plan.text()) == plan);
  Plan bare;
  bare.steps = {{"sms", Duration{0}}};
  CHECK(Plan::parse(bare.text()) == bare);
}

TEST_CASE("quiet hours end on the day they end, and a digest comes at its next time outside of them") {
  const Zone zone = Zone::shanghai();
  const auto at = [&](const char* text) { return *zone.parse(text); };
  Plan plan;
  plan.quiet = Plan::Quiet{TimeOfDay{22 * 3600}, TimeOfDay{7 * 3600}};
  CHECK(plan.awake(at("2026-01-01T21:59:59"), zone) == at("2026-01-01T21:59:59"));
  CHECK(plan.awake(at("2026-01-01T22:00"), zone) == at("2026-01-02T07:00"));
  CHECK(plan.awake(at("2026-01-02T06:59"), zone) == at("2026-01-02T07:00"));
  CHECK(plan.awake(at("2026-01-02T07:00"), zone) == at("2026-01-02T07:00"));
  plan.quiet = Plan::Quiet{TimeOfDay{12 * 3600}, TimeOfDay{14 * 3600}};
  CHECK(plan.awake(at("2026-01-01T12:30"), zone) == at("2026-01-01T14:00"));
  CHECK(plan.awake(at("2026-01-01T15:00"), zone) == at("2026-01-01T15:00"));
  plan.digest = TimeOfDay{13 * 3600};
  CHECK(plan.time_to_tell(at("2026-01-01T09:00"), zone) == at("2026-01-01T14:00"));
  plan.quiet.reset();
  CHECK(plan.time_to_tell(at("2026-01-01T13:00:01"), zone) == at("2026-01-02T13:00"));
}

TEST_CASE("what has one group is one message, the most urgent first; critical ones are another") {
  Desk desk;
  desk.raise(1, seconds(0));
  desk.raise(2, seconds(1), 2);
  desk.raise(3, seconds(2), 3);
  desk.raise(4, seconds(3), 1, 2);
  CHECK(desk.messages(seconds(9)) == Lines{"5f-3", "5f-2 5f-1", "5f-4"});
  CHECK(desk.ledger->counts().pending == 4);
  CHECK(desk.ledger->waiting()["sms"] == std::array<int64_t, 4>{1, 1, 1, 1});
  desk.reopen();
  CHECK(desk.messages(seconds(9)).size() == 3);
  CHECK(desk.ledger->waiting()["sms"] == std::array<int64_t, 4>{1, 1, 1, 1});
}

TEST_CASE("a message settles what it carried; what came while it was sent is the next one") {
  Desk desk;
  desk.raise(1, seconds(0));
  desk.raise(2, seconds(1));
  const Delivery sent = desk.deliverable(seconds(9)).at(0);
  desk.raise(3, seconds(2));
  desk.raise(4, seconds(3), 1);
  desk.settle(sent, DeliveryState::delivered, seconds(4));
  CHECK(desk.messages(seconds(9)) == Lines{"5f-4 5f-3"});
  CHECK(desk.ledger->attempts("5f-1").size() == 1);
  CHECK(desk.ledger->attempts("5f-2").at(0).receipt.state == DeliveryState::delivered);
  CHECK(desk.ledger->counts().pending == 2);
  desk.settle(desk.deliverable(seconds(9)).at(0), DeliveryState::delivered, seconds(5));
  CHECK(desk.ledger->counts().pending == 0);
  CHECK(desk.ledger->waiting().empty());
}

TEST_CASE("a message that failed keeps its pause, takes what comes meanwhile, and is one message then") {
  Desk desk;
  desk.raise(1, seconds(0));
  desk.settle(desk.deliverable(seconds(0)).at(0), DeliveryState::pending, seconds(0));
  desk.raise(2, seconds(5));
  CHECK(desk.messages(seconds(59)).empty());
  CHECK(desk.messages(seconds(60)) == Lines{"5f-1 5f-2"});
}

TEST_CASE("a message that is on its way stays as it is, though there was no receipt and more has come") {
  Desk desk;
  desk.raise(1, seconds(0));
  desk.raise(2, seconds(1));
  const Delivery sent = desk.deliverable(seconds(9)).at(0);
  desk.in_transaction([&] { desk.ledger->outbox().notices().seal(sent.id); });
  desk.raise(3, seconds(2), 2);
  desk.reopen();
  CHECK(desk.messages(seconds(9)) == Lines{"5f-3", "5f-1 5f-2"});
  const Delivery again = desk.deliverable(seconds(9)).at(1);
  CHECK(again.alert == sent.alert);

  SECTION("delivered: what came stays a message of its own") {
    desk.settle(again, DeliveryState::delivered, seconds(10));
    CHECK(desk.messages(seconds(10)) == Lines{"5f-3"});
  }
  SECTION("failed: what came joins it and waits with it") {
    desk.settle(again, DeliveryState::pending, seconds(10));
    CHECK(desk.messages(seconds(69)).empty());
    CHECK(desk.messages(seconds(70)) == Lines{"5f-3 5f-1 5f-2"});
  }
  SECTION("both on their way and failed: they are one message again") {
    const Delivery other = desk.deliverable(seconds(9)).at(0);
    desk.in_transaction([&] { desk.ledger->outbox().notices().seal(other.id); });
    desk.settle(other, DeliveryState::pending, seconds(10));
    desk.settle(again, DeliveryState::pending, seconds(20));
    CHECK(desk.messages(seconds(80)) == Lines{"5f-3 5f-1 5f-2"});
  }
  for (const Delivery& rest : desk.deliverable(seconds(99)))
    desk.settle(rest, DeliveryState::delivered, seconds(99));
  CHECK(desk.ledger->counts().pending == 0);
  CHECK(desk.ledger->waiting().empty());
}

TEST_CASE("of a long message that is on its way, what it did not carry joins what came meanwhile") {
  Desk desk;
  desk.in_transaction([&] {
    for (int i = 0; i < 120; ++i) {
      Alert one = alert(i, seconds(i));
      desk.ledger->raise(one);
    }
  });
  const Delivery sent = desk.deliverable(seconds(999)).at(0);
  desk.in_transaction([&] { desk.ledger->outbox().notices().seal(sent.id); });
  desk.raise(120, seconds(120));
  desk.settle(sent, DeliveryState::delivered, seconds(999));
  const std::vector<Delivery> rest = desk.deliverable(seconds(999));
  REQUIRE(rest.size() == 1);
  CHECK(rest[0].carried.size() == 21);
}

TEST_CASE("a message carries a bounded number; what is left is the next one, and nothing is lost") {
  Desk desk;
  std::set<std::string> heard;
  desk.in_transaction([&] {
    for (int i = 0; i < 250; ++i) {
      Alert one = alert(i, seconds(i));
      desk.ledger->raise(one);
    }
  });
  std::vector<size_t> sizes;
  for (;;) {
    const std::vector<Delivery> messages = desk.deliverable(seconds(999));
    if (messages.empty()) break;
    sizes.push_back(messages[0].carried.size());
    for (const Carried& carried : messages[0].carried) heard.insert(carried.alert);
    desk.settle(messages[0], DeliveryState::delivered, seconds(999));
  }
  CHECK(sizes == std::vector<size_t>{100, 100, 50});
  CHECK(heard.size() == 250);
}

TEST_CASE("what was sent counts as one message, however many deliveries it carried") {
  Desk desk;
  for (int i = 0; i < 30; ++i) desk.raise(i, seconds(i));
  desk.settle(desk.deliverable(seconds(60)).front(), DeliveryState::delivered, seconds(61));
  for (int i = 30; i < 33; ++i) desk.raise(i, seconds(i), 0, static_cast<uint64_t>(i));
  for (const Delivery& delivery : desk.deliverable(seconds(60)))
    desk.settle(delivery, DeliveryState::delivered, seconds(62 + delivery.id));
  std::vector<Instant> sent;
  for (const auto& [channel, at] : desk.ledger->sent({{"sms", seconds(60), kNever, 100}})) {
    CHECK(channel == "sms");
    sent.push_back(at);
  }
  CHECK(sent.size() == 4);
  CHECK(desk.ledger->sent({{"sms", seconds(60), kNever, 3}}).size() == 3);
  CHECK(desk.ledger->sent({{"sms", seconds(0), seconds(62), 9}}).size() == 1);
  CHECK(desk.ledger->sent({{"voice", seconds(0), kNever, 9}}).empty());
  CHECK(std::count(sent.begin(), sent.end(), seconds(61)) == 1);
}

TEST_CASE("the audit log names the post that was tried to be reached, for all that a message carried") {
  Desk desk;
  desk.raise(1, seconds(0));
  desk.raise(2, seconds(0));
  desk.settle(desk.deliverable(seconds(1)).front(), DeliveryState::rejected, seconds(2));
  Lines attempts;
  for (const AuditRow& row : desk.ledger->audit_rows(0, 100))
    if (row.kind == "attempt") attempts.push_back(row.subject + " " + row.body);
  std::sort(attempts.begin(), attempts.end());
  const std::string body =
      R"( {"channel":"sms","to":"E-1/officer","state":"rejected","answer":"","latency_ms":0})";
  CHECK(attempts == Lines{"5f-1" + body, "5f-2" + body});
}

TEST_CASE("whether a message goes on by another channel when it is rejected is known before it is sent") {
  Desk desk;
  desk.raise(1, seconds(0));
  const Delivery first = desk.deliverable(seconds(1)).front();
  CHECK(first.falls_back);
  desk.settle(first, DeliveryState::rejected, seconds(2));
  desk.in_transaction([&] { desk.ledger->outbox().escalate(first.id, seconds(2), "why"); });
  const Delivery last = desk.deliverable(seconds(3)).front();
  CHECK(last.channel == "voice");
  CHECK_FALSE(last.falls_back);
}

TEST_CASE("the key of a message is that of what it carries, whichever of them leads") {
  Desk desk, other;
  desk.raise(1, seconds(0));
  desk.raise(2, seconds(0));
  other.raise(2, seconds(0));
  other.raise(1, seconds(0));
  const std::string key = desk.deliverable(seconds(0)).at(0).alert;
  CHECK(other.deliverable(seconds(0)).at(0).alert == key);
  desk.raise(3, seconds(0));
  CHECK(desk.deliverable(seconds(0)).at(0).alert != key);
}

TEST_CASE("what is deferred leaves its message and comes back with what waits for the same reason") {
  Desk desk;
  for (int i = 1; i <= 4; ++i) desk.raise(i, seconds(0));
  const Delivery message = desk.deliverable(seconds(0)).at(0);
  REQUIRE(message.carried.size() == 4);
  desk.in_transaction([&] {
    desk.ledger->outbox().defer(message.carried[0].delivery, "s-1", seconds(100), seconds(0),
                                "why");  // it led
    desk.ledger->outbox().defer(message.carried[2].delivery, "s-1", seconds(100), seconds(0), "why");
  });
  CHECK(desk.messages(seconds(50)) == Lines{"5f-2 5f-4"});
  desk.raise(5, seconds(60));
  CHECK(desk.messages(seconds(100)) == Lines{"5f-2 5f-4 5f-5", "5f-1 5f-3"});
  desk.in_transaction([&] {
    desk.ledger->outbox().withhold(message.carried[0].delivery, seconds(70), "over");
    desk.ledger->outbox().release_deferred("s-1", seconds(70));
  });
  CHECK(desk.messages(seconds(70)) == Lines{"5f-2 5f-4 5f-5", "5f-3"});
  CHECK(desk.ledger->attempts("5f-1").back().receipt.state == DeliveryState::withheld);
}

TEST_CASE("a held alert's messages are gathered when it is released, and dropped ones never go on") {
  Desk desk;
  desk.in_transaction([&] {
    for (int i = 1; i <= 3; ++i) {
      Alert one = alert(i, seconds(0));
      one.held = true;
      desk.ledger->raise(one);
    }
  });
  CHECK(desk.messages(seconds(9)).empty());
  CHECK(desk.ledger->outbox().notices().next_escalation() == kNever);
  desk.in_transaction([&] {
    for (const HeldAlert& held : desk.ledger->held_alerts())
      desk.ledger->release(held.sequence, held.sequence != 2, "a later one says more");
  });
  CHECK(desk.messages(seconds(9)) == Lines{"5f-1 5f-3"});
  CHECK(desk.ledger->counts().pending == 2);
}

TEST_CASE("a ledger of before there were messages to people is taken up with what waits in it") {
  Desk desk;
  desk.in_transaction([&] {
    for (int i = 0; i < 3; ++i) {
      Alert one;
      one.id = "5f-a" + std::to_string(i);
      one.severity = static_cast<uint8_t>(i);
      one.channels = {"log"};
      desk.ledger->raise(one);
    }
  });
  desk.ledger.reset();
  run_sql(
      desk.options.path,
      "DROP TABLE notice; DROP TABLE silence; DROP TABLE inhibitor; "
      "ALTER TABLE job DROP COLUMN task; ALTER TABLE job DROP COLUMN detail; "
      "DROP TABLE measure_count; DELETE FROM tally WHERE name LIKE 'state waiting%'; PRAGMA user_version=2");
  desk.open();
  CHECK(desk.ledger->waiting()["log"] == std::array<int64_t, 4>{1, 1, 1, 0});
  desk.raise(1, seconds(0));
  CHECK(desk.messages(seconds(0)) == Lines{"5f-1"});
}
