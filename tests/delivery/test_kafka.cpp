#include <asio/io_context.hpp>
#include <catch2/catch.hpp>
#include <set>

#include "delivery/asio_scheduler.hpp"
#include "delivery/channel_settings.hpp"
#include "delivery/dispatcher.hpp"
#include "delivery/kafka.hpp"
#include "delivery/mock_broker.hpp"
#include "ledger/dead_letter_json.hpp"
#include "support/loop_until.hpp"
#include "support/memory_outbox.hpp"
#include "support/sample_alert.hpp"

using namespace duban;
using namespace duban::delivery;
using namespace duban::test;
using namespace std::chrono_literals;
using Kind = Outcome::Kind;
using ledger::DeliveryState;

namespace {

struct Scene {
  MockBroker broker;
  asio::io_context loop{1};
  std::unique_ptr<Clock> clock = make_system_clock();
  ChannelSettings settings;

  Scene() {
    settings.name = "alerts";
    settings.type = "kafka";
    settings.topic = "safety.alerts";
    settings.timeout = 2s;
    settings.properties = {{"bootstrap.servers", broker.address()}, {"linger.ms", "0"}};
    broker.create_topic("safety.alerts", 3);
    broker.create_topic("dead", 2);
  }
  MadeChannel make() { return make_channel(settings, {loop, *clock, Zone::shanghai()}); }
  std::unique_ptr<Channel> open() {
    MadeChannel made = make();
    INFO(made.error);
    REQUIRE(made.channel);
    return std::move(made.channel);
  }
  Outcome send(Channel& channel, Message message = alert_message()) {
    std::optional<Outcome> outcome;
    channel.send(std::move(message), [&](Outcome o) { outcome = std::move(o); });
    REQUIRE(loop_until(loop, [&] { return outcome.has_value(); }));
    return *outcome;
  }
};

ledger::DeadLetter refused_record() {
  ledger::DeadLetter letter;
  letter.topic = "hazards";
  letter.partition = 3;
  letter.offset = 41;
  letter.at = *parse_rfc3339("2026-11-22T10:00:00+08:00");
  letter.code = "D02";
  letter.reason = "at byte 2: 不是JSON";
  letter.key = std::string("k\0\xff", 3);
  letter.payload = std::string("\x00{\xff\n", 4);
  letter.headers = {{"trace", "a"}, {"trace", std::string("\0b", 2)}};
  return letter;
}

Message dead_letter_message() {
  Message message;
  message.key = "hazards/3/41";
  message.body = ledger::dead_letter_json(refused_record());
  return message;
}

}  // namespace

TEST_CASE("an alert enters Kafka as a CloudEvent in binary mode, keyed by its subject") {
  Scene scene;
  const auto channel = scene.open();
  const Outcome outcome = scene.send(*channel);
  CHECK(outcome.kind == Kind::delivered);
  CHECK(outcome.answer.find("safety.alerts: partition ") == 0);
  const std::vector<ReadRecord> records = scene.broker.read("safety.alerts", 3, 1);
  REQUIRE(records.size() == 1);
  CHECK(records[0].key == "H1");
  CHECK(records[0].value == alert_json("5f-0a1b"));
  CHECK(records[0].header("ce_specversion") == "1.0");
  CHECK(records[0].header("ce_id") == "5f-0a1b");
  CHECK(records[0].header("ce_source") == "/duban");
  CHECK(records[0].header("ce_type") == "alert.dispatched");
  CHECK(records[0].header("ce_subject") == "H1");
  CHECK(records[0].header("ce_time") == "2023-02-08T09:00:00+08:00");
  CHECK(records[0].header("content-type") == "application/json");
}

TEST_CASE("a dead letter keeps key, value and headers byte for byte and says why it was refused") {
  Scene scene;
  scene.settings.type = "dead-letter";
  scene.settings.topic = "dead";
  const auto channel = scene.open();
  CHECK(scene.send(*channel, dead_letter_message()).kind == Kind::delivered);
  const std::vector<ReadRecord> records = scene.broker.read("dead", 2, 1);
  REQUIRE(records.size() == 1);
  const ledger::DeadLetter letter = refused_record();
  CHECK(records[0].key == letter.key);
  CHECK(records[0].value == letter.payload);
  REQUIRE(records[0].headers.size() == 8);
  CHECK(records[0].headers[0] == letter.headers[0]);
  CHECK(records[0].headers[1] == letter.headers[1]);
  CHECK(records[0].header("duban-code") == "D02");
  CHECK(records[0].header("duban-reason") == "at byte 2: 不是JSON");
  CHECK(records[0].header("duban-topic") == "hazards");
  CHECK(records[0].header("duban-partition") == "3");
  CHECK(records[0].header("duban-offset") == "41");
  CHECK(records[0].header("duban-at") == "2026-11-22T02:00:00Z");
}

TEST_CASE("a record without a key stays without one") {
  ledger::DeadLetter letter = refused_record();
  letter.key.clear();
  Message message;
  message.body = ledger::dead_letter_json(letter);
  Scene scene;
  scene.settings.type = "dead-letter";
  scene.settings.topic = "dead";
  const auto channel = scene.open();
  CHECK(scene.send(*channel, message).kind == Kind::delivered);
  const std::vector<ReadRecord> records = scene.broker.read("dead", 2, 1);
  REQUIRE(records.size() == 1);
  CHECK_FALSE(records[0].has_key);
}

TEST_CASE("an alert does not fit into the dead-letter channel") {
  Scene scene;
  scene.settings.type = "dead-letter";
  const auto channel = scene.open();
  CHECK(scene.send(*channel, alert_message()).kind == Kind::rejected);
}

TEST_CASE("what a broker answers decides what becomes of the delivery") {
  struct Row {
    int16_t code;  // of the Kafka protocol
    Kind kind;
    bool whole_channel;
  };
  for (const Row& row : {Row{29, Kind::retry, true},         // TOPIC_AUTHORIZATION_FAILED
                         Row{10, Kind::rejected, false},     // MESSAGE_TOO_LARGE
                         Row{87, Kind::rejected, false}}) {  // INVALID_RECORD
    Scene scene;
    scene.broker.fail_produce(row.code, 1);
    const auto channel = scene.open();
    const Outcome outcome = scene.send(*channel);
    INFO(row.code << ": " << outcome.answer);
    CHECK(outcome.kind == row.kind);
    CHECK(outcome.whole_channel == row.whole_channel);
    CHECK(outcome.answer.find("safety.alerts: ") == 0);
  }
}

TEST_CASE("a passing fault of a broker is repeated by the client and delivered once") {
  Scene scene;
  scene.broker.fail_produce(19, 3);  // NOT_ENOUGH_REPLICAS
  scene.settings.timeout = 20s;
  const auto channel = scene.open();
  CHECK(scene.send(*channel).kind == Kind::delivered);
  CHECK(scene.broker.read("safety.alerts", 3, 1).size() == 1);
}

TEST_CASE("an alert larger than the client's limit is rejected at once") {
  Scene scene;
  scene.settings.properties.emplace_back("message.max.bytes", "1000");
  const auto channel = scene.open();
  Message message = alert_message();
  message.body.insert(message.body.size() - 1, ",\"more\":\"" + std::string(2'000, 'x') + "\"");
  CHECK(scene.send(*channel, message).kind == Kind::rejected);
}

TEST_CASE("a broker that is away stops the channel, and everything arrives when it is back") {
  Scene scene;
  scene.broker.set_up(false);
  const std::unique_ptr<Scheduler> scheduler = make_asio_scheduler(scene.loop);
  MemoryOutbox outbox(*scheduler, 1ms);
  for (int i = 1; i <= 2'000; ++i) {
    outbox.add("alerts", scene.clock->now(), 0, alert_json("alert-" + std::to_string(i)));
  }
  scene.settings.timeout = 1s;
  scene.settings.properties.emplace_back("reconnect.backoff.max.ms", "200");
  std::vector<std::unique_ptr<Channel>> channels;
  channels.push_back(scene.open());
  DispatcherOptions options;
  options.first_retry = 50ms;
  options.longest_probe = 100ms;
  Dispatcher dispatcher({&outbox}, std::move(channels), *scene.clock, *scheduler, options);
  dispatcher.wake();
  REQUIRE(loop_until(scene.loop, [&] { return dispatcher.counts()["alerts"].stopped; }));
  CHECK(dispatcher.counts()["alerts"].last_failure.find("safety.alerts: ") == 0);
  scene.broker.set_up(true);
  REQUIRE(loop_until(scene.loop, [&] { return outbox.count(DeliveryState::delivered) == 2'000; }));
  std::set<std::string> ids;
  for (const ReadRecord& record : scene.broker.read("safety.alerts", 3, 2'000))
    ids.insert(record.header("ce_id"));
  CHECK(ids.size() == 2'000);
}

TEST_CASE("closing gives up what no broker takes, and destroying calls nobody") {
  Scene scene;
  scene.settings.timeout = 300s;
  const auto channel = scene.open();
  const auto forgotten = scene.open();
  scene.broker.set_up(false);
  std::optional<Outcome> outcome;
  bool closed = false;
  channel->send(alert_message(), [&](Outcome o) { outcome = std::move(o); });
  channel->close(200ms, [&] { closed = true; });
  REQUIRE(loop_until(scene.loop, [&] { return closed; }));
  REQUIRE(outcome.has_value());
  CHECK(outcome->kind == Kind::retry);
  CHECK(outcome->answer.find("given up") == 0);
}

TEST_CASE("properties that could lose alerts, or that nobody knows, are refused") {
  Scene scene;
  const auto error_with = [&](const std::string& name, const std::string& value) {
    Scene other;
    other.settings.properties.emplace_back(name, value);
    return other.make().error;
  };
  CHECK(error_with("acks", "1").find("properties.acks: '1' could lose alerts") == 0);
  CHECK(error_with("acks", "all").empty());
  CHECK(error_with("enable.idempotence", "false").empty());
  CHECK(error_with("acsk", "all").find("properties.acsk: No such configuration property") == 0);
  CHECK(error_with("linger.ms", "soon").find("properties.linger.ms: ") == 0);
  CHECK(error_with("ssl.key.password", "pa55\nword").find("pa55") == std::string::npos);
  CHECK(error_with("auto.offset.reset", "error").empty());  // the consumer's properties may stand beside
  scene.settings.topic.clear();
  CHECK(scene.make().error == "topic: expected the name of a topic");
}
