#include "collect.hpp"
#include "intake/kafka_conf.hpp"
#include "intake/kafka_source.hpp"
#include "support/mock_broker.hpp"

namespace duban::intake {
namespace {

using event::Input;

const Instant kBegin = *parse_rfc3339("2023-01-19T10:00:00.123Z");

struct Reading {
  explicit Reading(const MockBroker& broker, std::vector<std::string> topics = {"t"},
                   std::map<std::string, std::string> more = {}) {
    KafkaOptions options;
    options.topics = std::move(topics);
    options.properties = broker.properties();
    options.look_for_partitions = std::chrono::milliseconds(100);
    options.retry = std::chrono::milliseconds(50);
    options.answer_limit = std::chrono::milliseconds(1'000);
    for (const auto& [name, value] : more) options.properties[name] = value;
    std::string error;
    source = make_kafka_source(loop, std::move(options), error);
    INFO(error);
    REQUIRE(source);
  }
  ~Reading() { stopped(loop, *source); }

  void start(const std::map<Input, Start>& from = {}) {
    inputs = opened(loop, *source);
    source->start(from, sink);
  }
  void until(size_t records) {
    run_until(loop, [&] { return sink.records.size() >= records; });
  }

  asio::io_context loop;
  std::unique_ptr<Source> source;
  Collect sink;
  std::vector<Input> inputs;
};

void produce(MockBroker& broker, int count, int32_t partition = 0, const std::string& topic = "t") {
  for (int i = 0; i < count; ++i) {
    broker.produce(
        {topic, "k" + std::to_string(i), "v" + std::to_string(i), {}, kBegin + Duration(i), partition});
  }
  broker.flush();
}

std::string values(const std::vector<event::Record>& records) {
  std::string out;
  for (const auto& r : records) out += (out.empty() ? "" : " ") + std::string(r.payload);
  return out;
}

std::string refused(std::map<std::string, std::string> properties) {
  asio::io_context loop;
  KafkaOptions options;
  options.topics = {"t"};
  options.properties = std::move(properties);
  std::string error;
  REQUIRE_FALSE(make_kafka_source(loop, options, error));
  return error;
}

}  // namespace

TEST_CASE("a record arrives with key, value, headers, timestamp and place") {
  MockBroker broker({{"t", 2}});
  broker.produce({"t", "H1", "隐患", {{"ce_id", "1"}, {"ce_id", ""}, {"empty", ""}}, kBegin, 1});
  broker.flush();
  Reading r(broker);
  r.start();
  r.until(1);
  const event::Record& record = r.sink.records[0];
  CHECK(*record.input == Input{"t", 1});
  CHECK(record.offset == 0);
  CHECK(record.at == kBegin);
  CHECK(record.key == "H1");
  CHECK(record.payload == "隐患");
  REQUIRE(record.headers.size() == 3);
  CHECK(record.headers[0].name == "ce_id");
  CHECK(record.headers[0].value == "1");
  CHECK(record.headers[2].value.empty());
  r.sink.records.clear();
}

TEST_CASE("what recorded files say of their lines no producer may say") {
  MockBroker broker({{"t", 1}});
  broker.produce(
      {"t", "H1", "{}", {{"duban-short-form", ""}, {"duban-bad-line", "x"}, {"kept", ""}}, kBegin});
  broker.flush();
  Reading r(broker);
  r.start();
  r.until(1);
  REQUIRE(r.sink.records[0].headers.size() == 1);
  CHECK(r.sink.records[0].headers[0].name == "kept");
  r.sink.records.clear();
}

TEST_CASE("opening tells all partitions of all topics and the cluster") {
  MockBroker broker({{"b", 1}, {"a", 3}});
  Reading r(broker, {"b", "a", "b"});
  CHECK(opened(r.loop, *r.source) == std::vector<Input>{{"a", 0}, {"a", 1}, {"a", 2}, {"b", 0}});
  CHECK_FALSE(r.source->cluster().empty());
}

TEST_CASE("reading goes on from the ledger's offsets, elsewhere from the beginning") {
  MockBroker broker({{"t", 2}});
  produce(broker, 5, 0);
  produce(broker, 2, 1);
  Reading r(broker);
  r.inputs = opened(r.loop, *r.source);
  r.source->start({{{"t", 0}, {3, -1, r.source->cluster()}}}, r.sink);
  r.until(4);
  std::map<Input, std::vector<int64_t>> offsets;
  for (const auto& record : r.sink.records) offsets[*record.input].push_back(record.offset);
  CHECK(offsets[{"t", 0}] == std::vector<int64_t>{3, 4});
  CHECK(offsets[{"t", 1}] == std::vector<int64_t>{0, 1});
  CHECK(r.sink.stopped.empty());
  r.sink.records.clear();
}

TEST_CASE("records of an input come in the order of offsets, all of them, once") {
  MockBroker broker({{"t", 3}});
  for (int p = 0; p < 3; ++p) produce(broker, 10'000, p);
  Reading r(broker);
  r.start();
  r.until(30'000);
  std::map<Input, int64_t> next;
  for (const auto& record : r.sink.records) {
    REQUIRE(record.offset == next[*record.input]);
    ++next[*record.input];
  }
  CHECK(r.sink.records.size() == 30'000);
  r.sink.records.clear();
}

TEST_CASE("a paused input gives nothing and loses nothing, the others go on") {
  MockBroker broker({{"t", 2}});
  produce(broker, 3'000, 0);
  Reading r(broker);
  r.inputs = opened(r.loop, *r.source);
  r.source->start({}, r.sink);
  r.source->pause({"t", 0});
  produce(broker, 10, 1);
  r.until(10);
  for (const auto& record : r.sink.records) CHECK(record.input->partition == 1);
  r.source->resume({"t", 0});
  r.until(500);
  r.source->pause({"t", 0});
  r.source->resume({"t", 0});
  r.until(3'010);
  int64_t next = 0;
  for (const auto& record : r.sink.records) {
    if (record.input->partition == 0) REQUIRE(record.offset == next++);
  }
  CHECK(r.sink.records.size() == 3'010);
  r.sink.records.clear();
}

TEST_CASE("an offset that is not there stops its input and says so") {
  MockBroker broker({{"t", 2}});
  produce(broker, 5, 0);
  produce(broker, 5, 1);
  Reading r(broker);
  r.inputs = opened(r.loop, *r.source);
  r.source->start({{{"t", 0}, {700, -1, r.source->cluster()}}}, r.sink);
  run_until(r.loop, [&] { return !r.sink.stopped.empty() && r.sink.records.size() == 5; });
  REQUIRE(r.sink.stopped.count({"t", 0}) == 1);
  INFO((r.sink.stopped[{"t", 0}]));
  CHECK(r.sink.stopped[{"t", 0}].find("t/0: offset 700 is not there") == 0);
  const auto ends = ends_of(r.loop, *r.source);
  REQUIRE(ends);
  CHECK(ends->next_offset.count({"t", 0}) == 0);
  CHECK(ends->next_offset.at({"t", 1}) == 5);
  r.sink.records.clear();
}

TEST_CASE("offsets of another cluster are not used") {
  MockBroker broker({{"t", 2}});
  produce(broker, 5, 1);
  Reading r(broker);
  r.start({{{"t", 0}, {3, -1, "another-cluster"}}});
  r.until(5);
  REQUIRE(r.sink.stopped.size() == 1);
  CHECK(r.sink.stopped[{"t", 0}].find("t/0: the ledger has read it up to 3 in cluster another-cluster") == 0);
  r.sink.records.clear();
}

TEST_CASE("the ends of all inputs are told, also before reading") {
  MockBroker broker({{"t", 3}});
  produce(broker, 7, 1);
  Reading r(broker);
  opened(r.loop, *r.source);
  const std::map<Input, int64_t> expected{{{"t", 0}, 0}, {{"t", 1}, 7}, {{"t", 2}, 0}};
  auto ends = ends_of(r.loop, *r.source);
  REQUIRE(ends);
  CHECK(ends->next_offset == expected);
  r.source->start({}, r.sink);
  r.until(7);
  ends = ends_of(r.loop, *r.source);
  REQUIRE(ends);
  CHECK(ends->next_offset == expected);
  r.sink.records.clear();
}

TEST_CASE("opening waits for a topic that does not exist yet") {
  MockBroker broker({{"t", 1}});
  rd_kafka_mock_topic_set_error(broker.native(), "later", RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
  Reading r(broker, {"t", "later"});
  std::vector<Input> found;
  r.source->open([&](std::vector<Input> inputs, const std::string&) { found = std::move(inputs); });
  r.loop.run_for(std::chrono::milliseconds(300));
  CHECK(found.empty());
  rd_kafka_mock_topic_set_error(broker.native(), "later", RD_KAFKA_RESP_ERR_NO_ERROR);
  run_until(r.loop, [&] { return !found.empty(); });
  CHECK(found.back().topic == "t");
}

TEST_CASE("an outage is told once, and its end") {
  MockBroker broker({{"t", 1}});
  produce(broker, 3);
  Reading r(broker);
  r.start();
  r.until(3);
  broker.go_down();
  run_until(r.loop, [&] { return !r.sink.reachable.empty(); });
  CHECK_FALSE(r.sink.reachable[0].first);
  CHECK_FALSE(r.sink.reachable[0].second.empty());
  CHECK_FALSE(ends_of(r.loop, *r.source));
  CHECK_FALSE(ends_of(r.loop, *r.source));
  CHECK(r.sink.reachable.size() == 1);
  broker.come_up();
  produce(broker, 2);
  r.until(5);
  CHECK(values(r.sink.records) == "v0 v1 v2 v0 v1");
  REQUIRE(r.sink.reachable.size() == 2);
  CHECK(r.sink.reachable[1].first);
  CHECK(r.sink.stopped.empty());
  r.sink.records.clear();
}

TEST_CASE("what was acknowledged is hinted to Kafka and never read from there") {
  MockBroker broker({{"t", 1}});
  produce(broker, 4);
  {
    Reading r(broker);
    r.start();
    r.until(4);
    r.source->hint({{{"t", 0}, 3}, {{"unknown", 9}, 1}});
    r.sink.records.clear();
  }
  Reading again(broker);
  again.start();
  again.until(4);
  again.sink.records.clear();
}

TEST_CASE("stopping in the midst of reading calls back once and gives nothing more") {
  MockBroker broker({{"t", 2}});
  produce(broker, 20'000, 0);
  Reading r(broker);
  r.start();
  r.until(1);
  int done = 0;
  r.source->stop(std::chrono::seconds(5), [&] { ++done; });
  const size_t given = r.sink.records.size();
  run_until(r.loop, [&] { return done > 0; });
  r.loop.restart();
  r.loop.run_for(std::chrono::milliseconds(50));
  CHECK(done == 1);
  CHECK(r.sink.records.size() == given);
  r.sink.records.clear();
}

TEST_CASE("stopping keeps its limit when the broker hangs") {
  MockBroker broker({{"t", 1}});
  produce(broker, 1);
  Reading r(broker);
  r.start();
  r.until(1);
  broker.slow_down(20'000);
  bool done = false;
  const auto begin = std::chrono::steady_clock::now();
  r.source->ends([](std::optional<Ends>) {});
  r.source->stop(std::chrono::milliseconds(300), [&] { done = true; });
  run_until(r.loop, [&] { return done; });
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(3));
  r.sink.records.clear();
}

TEST_CASE("properties that are unknown, wrong or not for the user are refused with the remedy") {
  CHECK(refused({}).find("'bootstrap.servers' is missing") != std::string::npos);
  CHECK(refused({{"bootstrap.servers", "x:1"}, {"fetch.wait.max.m", "5"}}) ==
        "kafka property 'fetch.wait.max.m' is unknown to librdkafka; did you mean 'fetch.wait.max.ms'?");
  CHECK(refused({{"bootstrap.servers", "x:1"}, {"fetch.wait.max.ms", "soon"}}).find("'fetch.wait.max.ms'") !=
        std::string::npos);
  CHECK(refused({{"bootstrap.servers", "x:1"}, {"enable.auto.commit", "true"}}) ==
        "kafka property 'enable.auto.commit' is always false: the ledger keeps the offsets; remove it");
  CHECK(refused({{"bootstrap.servers", "x:1"}, {"auto.offset.reset", "latest"}}).find("always error") !=
        std::string::npos);
  CHECK(refused({{"bootstrap.servers", "x:1"}, {"security.protocol", "tls"}}).find("security.protocol") !=
        std::string::npos);
}

TEST_CASE("no message repeats a secret") {
  const std::string secret = "k3y-that-nobody-may-see";
  for (const char* property : {"ssl.key.pem", "ssl.key.password", "sasl.password", "ssl.keystore.password"}) {
    CHECK(is_secret(property));
  }
  CHECK_FALSE(is_secret("fetch.wait.max.ms"));
  const std::string said =
      refused({{"bootstrap.servers", "x:1"}, {"security.protocol", "ssl"}, {"ssl.key.pem", secret}});
  INFO(said);
  CHECK(said.find("ssl.key.pem") != std::string::npos);
  CHECK(said.find(secret) == std::string::npos);
}

}  // namespace duban::intake
