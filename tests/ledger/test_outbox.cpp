#include <catch2/catch.hpp>

#include "ledger/dead_letter_json.hpp"
#include "ledger_support.hpp"

using namespace duban;
using namespace duban::ledger;
using test::Fixture;
using test::seconds;

namespace {

Alert make_alert(const std::string& id, uint8_t severity = 1, int64_t at = 0) {
  Alert alert;
  alert.id = id;
  alert.at = seconds(at);
  alert.severity = severity;
  alert.item = "rule/span/" + id;
  alert.missed = 2;
  alert.json = R"({"id":")" + id + "\"}";
  alert.channels = {"console", "gateway"};
  return alert;
}

std::vector<std::string> ids(const std::vector<Delivery>& deliveries) {
  std::vector<std::string> found;
  for (const Delivery& delivery : deliveries) found.push_back(delivery.alert);
  return found;
}

Receipt receipt(const Delivery& delivery, DeliveryState state, int64_t at, Instant next = kNever) {
  return {delivery.id, seconds(at), state, next, "answer at " + std::to_string(at), 12, {}};
}

DeadLetter letter(int64_t offset) {
  DeadLetter made;
  made.topic = "hazards";
  made.partition = 3;
  made.offset = offset;
  made.at = seconds(7);
  made.code = "D02";
  made.reason = "no such field";
  made.key = std::string("k\0\xff", 3);
  made.payload = std::string("{\xc3\x28", 3);
  made.headers = {{"ce_id", "1"}, {"trace", std::string("\0\1", 2)}};
  return made;
}

const std::vector<ChannelRoom> kBoth{{"console", 10}, {"gateway", 10}};
using Ids = std::vector<std::string>;

}  // namespace

TEST_CASE("an alert is raised once and kept as it was") {
  Fixture f;
  f.in_transaction([&] {
    Alert alert = make_alert("5f-1", 3, 9);
    alert.rule = f.ledger->intern("r");
    alert.stage = f.ledger->intern("s");
    alert.entity = EntityId{17};
    CHECK(f.ledger->raise(alert));
    CHECK(alert.sequence == 1);
    Alert again = make_alert("5f-1");
    CHECK_FALSE(f.ledger->raise(again));
  });
  f.reopen();
  f.in_transaction([&] {
    Alert again = make_alert("5f-1");
    CHECK_FALSE(f.ledger->raise(again));
  });
  const auto found = f.ledger->alert("5f-1");
  REQUIRE(found);
  CHECK(found->at == seconds(9));
  CHECK(found->severity == 3);
  CHECK(found->item == "rule/span/5f-1");
  CHECK(found->missed == 2);
  CHECK(found->json == R"({"id":"5f-1"})");
  CHECK(found->channels == std::vector<std::string>{"console", "gateway"});
  CHECK(f.ledger->text(found->stage) == "s");
  CHECK(found->entity == EntityId{17});
  CHECK_FALSE(found->held);
  CHECK_FALSE(f.ledger->alert("5f-2"));
  CHECK(f.ledger->counts().alerts == 1);
  CHECK(f.ledger->counts().pending == 2);
}

TEST_CASE("an alert of a transaction that is rolled back can be raised again") {
  Fixture f;
  f.ledger->begin();
  Alert alert = make_alert("5f-1");
  CHECK(f.ledger->raise(alert));
  CHECK(f.ledger->alert("5f-1"));
  CHECK_FALSE(f.ledger->raise(alert));
  f.ledger->rollback();
  CHECK_FALSE(f.ledger->alert("5f-1"));
  f.in_transaction([&] {
    Alert first = make_alert("5f-0");
    CHECK(f.ledger->raise(first));
    CHECK(f.ledger->raise(alert));
  });
  CHECK(f.ledger->alert("5f-1")->channels.size() == 2);
  CHECK(f.ledger->deliverable(seconds(9), kBoth, {}).size() == 4);
  CHECK(f.ledger->counts().pending == 4);
}

TEST_CASE("the most severe delivery comes first, then the one that has waited longest") {
  Fixture f;
  f.in_transaction([&] {
    Alert a = make_alert("a", 0, 1), b = make_alert("b", 3, 5), c = make_alert("c", 0, 0),
          d = make_alert("d", 3, 4);
    for (Alert* alert : {&a, &b, &c, &d}) REQUIRE(f.ledger->raise(*alert));
  });
  const std::vector<ChannelRoom> console{{"console", 10}};
  CHECK(ids(f.ledger->deliverable(seconds(9), console, {})) == Ids{"d", "b", "c", "a"});
  CHECK(ids(f.ledger->deliverable(seconds(4), console, {})) == Ids{"d", "c", "a"});
  CHECK(ids(f.ledger->deliverable(seconds(9), {{"console", 3}}, {})) == Ids{"d", "b", "c"});
  const auto first = f.ledger->deliverable(seconds(9), console, {});
  CHECK(first[0].body == R"({"id":"d"})");
  CHECK(first[0].channel == "console");
  CHECK(first[0].severity == 3);
  CHECK(first[0].at == seconds(4));
  CHECK(ids(f.ledger->deliverable(seconds(9), console, {first[0].id, first[2].id})) == Ids{"b", "a"});
}

TEST_CASE("each channel has room of its own") {
  Fixture f;
  f.in_transaction([&] {
    for (int i = 0; i < 20; ++i) {
      Alert alert = make_alert("console-" + std::to_string(i), 3, i);
      alert.channels = {"console"};
      f.ledger->raise(alert);
    }
    Alert other = make_alert("other", 0, 0);
    other.channels = {"gateway"};
    f.ledger->raise(other);
  });
  const auto found = f.ledger->deliverable(seconds(99), {{"console", 2}, {"gateway", 2}, {"nobody", 2}}, {});
  CHECK(ids(found) == Ids{"console-0", "console-1", "other"});
  CHECK(f.ledger->pending_channels() == std::vector<std::string>{"console", "gateway"});
}

TEST_CASE("receipts settle a delivery, and every attempt is kept") {
  Fixture f;
  f.in_transaction([&] {
    Alert alert = make_alert("a");
    f.ledger->raise(alert);
  });
  auto found = f.ledger->deliverable(seconds(9), kBoth, {});
  REQUIRE(found.size() == 2);
  f.in_transaction([&] {
    f.ledger->settle(receipt(found[0], DeliveryState::pending, 10, seconds(60)));
    f.ledger->settle(receipt(found[1], DeliveryState::rejected, 11));
  });
  CHECK(f.ledger->deliverable(seconds(59), kBoth, {}).empty());
  CHECK(f.ledger->next_delivery(seconds(9), kBoth) == seconds(60));
  CHECK(f.ledger->next_delivery(seconds(60), kBoth) == kNever);
  CHECK(f.ledger->next_delivery(seconds(9), {{"gateway", 1}}) == kNever);
  CHECK(f.ledger->counts().rejected == 1);
  f.reopen();
  found = f.ledger->deliverable(seconds(60), kBoth, {});
  REQUIRE(found.size() == 1);
  CHECK(found[0].attempts == 1);
  f.in_transaction([&] {
    f.ledger->settle(receipt(found[0], DeliveryState::delivered, 61));
    f.ledger->settle(receipt(found[0], DeliveryState::pending, 62, seconds(99)));  // too late to matter
    f.ledger->settle({4711, seconds(63), DeliveryState::delivered, kNever, "", 0, {}});
  });
  CHECK(f.ledger->deliverable(seconds(999), kBoth, {}).empty());
  CHECK(f.ledger->pending_channels().empty());
  CHECK(f.ledger->counts().pending == 0);
  const auto attempts = f.ledger->attempts("a");
  REQUIRE(attempts.size() == 4);
  CHECK(attempts[0].channel == "console");
  CHECK(attempts[0].receipt.at == seconds(10));
  CHECK(attempts[0].receipt.next == seconds(60));
  CHECK(attempts[0].receipt.answer == "answer at 10");
  CHECK(attempts[0].receipt.latency_ms == 12);
  CHECK(attempts[1].channel == "gateway");
  CHECK(attempts[1].receipt.state == DeliveryState::rejected);
  CHECK(attempts[2].receipt.state == DeliveryState::delivered);
  CHECK(attempts[3].receipt.at == seconds(62));
}

TEST_CASE("held alerts wait until they are released or dropped") {
  Fixture f;
  f.in_transaction([&] {
    Alert sent = make_alert("sent"), dropped = make_alert("dropped"), kept = make_alert("kept");
    for (Alert* alert : {&sent, &dropped, &kept}) {
      alert->held = true;
      f.ledger->raise(*alert);
    }
    f.ledger->set_instant(seconds(50));
  });
  CHECK(f.ledger->deliverable(seconds(99), kBoth, {}).empty());
  CHECK(f.ledger->counts().held == 3);
  auto held = f.ledger->held_alerts();
  REQUIRE(held.size() == 3);
  CHECK(f.ledger->alert("sent")->sequence == held[0].sequence);
  CHECK(f.ledger->alert("sent")->held);
  f.in_transaction([&] {
    f.ledger->release(held[0].sequence, true, "");
    f.ledger->release(held[1].sequence, false, "a later alert says more");
    f.ledger->release(held[1].sequence, true, "");  // decided already
  });
  CHECK(ids(f.ledger->deliverable(seconds(99), kBoth, {})) == Ids{"sent", "sent"});
  CHECK(f.ledger->counts().held == 1);
  CHECK(f.ledger->counts().pending == 2);
  const auto attempts = f.ledger->attempts("dropped");
  REQUIRE(attempts.size() == 2);
  CHECK(attempts[0].receipt.state == DeliveryState::dropped);
  CHECK(attempts[0].receipt.answer == "a later alert says more");
  CHECK(attempts[0].receipt.at == seconds(50));
  CHECK(f.ledger->held_alerts().size() == 1);
}

TEST_CASE("recorded alerts are kept and never sent") {
  Fixture f;
  f.in_transaction([&] {
    Alert alert = make_alert("old");
    alert.recorded = true;
    f.ledger->raise(alert);
  });
  CHECK(f.ledger->deliverable(seconds(99), kBoth, {}).empty());
  CHECK(f.ledger->alert("old")->recorded);
  CHECK(f.ledger->held_alerts().empty());
}

TEST_CASE("a dead letter is kept once per position, with its bytes, and delivered like an alert") {
  Fixture f;
  f.in_transaction([&] {
    f.ledger->dead_letter(letter(5), "dead");
    f.ledger->dead_letter(letter(5), "dead");
    f.ledger->dead_letter(letter(6), "");
  });
  CHECK(f.ledger->counts().dead_letters == 2);
  const auto kept = f.ledger->dead_letters(10);
  REQUIRE(kept.size() == 2);
  CHECK(kept[0].offset == 6);
  CHECK(kept[1].payload == letter(5).payload);
  CHECK(kept[1].key == letter(5).key);
  CHECK(kept[1].headers == letter(5).headers);
  CHECK(f.ledger->dead_letters(1).size() == 1);
  const auto found = f.ledger->deliverable(seconds(99), {{"dead", 5}}, {});
  REQUIRE(found.size() == 1);
  CHECK(found[0].alert == "hazards/3/5");
  const auto body = parse_dead_letter(found[0].body);
  REQUIRE(body);
  CHECK(body->payload == letter(5).payload);
  f.in_transaction([&] { f.ledger->settle(receipt(found[0], DeliveryState::delivered, 8)); });
  CHECK(f.ledger->attempts("hazards/3/5").size() == 1);
  CHECK(f.ledger->attempts("hazards/3/6").empty());
  CHECK(f.ledger->attempts("nonsense").empty());
  CHECK(f.ledger->attempts("hazards/x/5").empty());
}

TEST_CASE("acknowledgements of an alert come in order, each once") {
  Fixture f;
  f.in_transaction([&] {
    f.ledger->acknowledge({"a", "李四", seconds(2)});
    f.ledger->acknowledge({"a", "张三", seconds(1)});
    f.ledger->acknowledge({"a", "张三", seconds(1)});
    f.ledger->acknowledge({"b", "张三", seconds(3)});
  });
  const auto acks = f.ledger->acknowledgements("a");
  REQUIRE(acks.size() == 2);
  CHECK(acks[0].by == "张三");
  CHECK(acks[1].by == "李四");
  CHECK(acks[1].at == seconds(2));
}
