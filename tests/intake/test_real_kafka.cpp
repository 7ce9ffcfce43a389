// Against Apache Kafka itself: test_intake "[kafka]" (not part of ctest, as it may need a download).
#include <librdkafka/rdkafka.h>

#include <cstring>

#include "collect.hpp"
#include "intake/kafka_source.hpp"
#include "real_kafka.hpp"

namespace duban::intake {
namespace {

using event::Input;

class Producer {
 public:
  explicit Producer(std::map<std::string, std::string> properties = {}) {
    char why[512];
    rd_kafka_conf_t* conf = rd_kafka_conf_new();
    properties["bootstrap.servers"] = RealKafka::get().bootstrap();
    for (const auto& [name, value] : properties) {
      REQUIRE(rd_kafka_conf_set(conf, name.c_str(), value.c_str(), why, sizeof why) == RD_KAFKA_CONF_OK);
    }
    client_ = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof why);
    REQUIRE(client_);
  }
  ~Producer() { rd_kafka_destroy(client_); }
  /// `at`: the producer's timestamp; 0: now.
  void send(const std::string& topic, int32_t partition, const std::string& value, int64_t at = 0) {
    REQUIRE(rd_kafka_producev(client_, RD_KAFKA_V_TOPIC(topic.c_str()), RD_KAFKA_V_PARTITION(partition),
                              RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_TIMESTAMP(at),
                              RD_KAFKA_V_HEADER("ce_id", "1", 1), RD_KAFKA_V_KEY("k", 1),
                              RD_KAFKA_V_VALUE(const_cast<char*>(value.data()), value.size()),
                              RD_KAFKA_V_END) == 0);
  }
  void send(const std::string& topic, int32_t partition, int count) {
    for (int i = 0; i < count; ++i) send(topic, partition, "v" + std::to_string(i));
    flush();
  }
  void flush() { REQUIRE(rd_kafka_flush(client_, 30'000) == 0); }
  rd_kafka_t* client() { return client_; }

 private:
  rd_kafka_t* client_;
};

struct Reading {
  explicit Reading(const std::string& topic, std::map<std::string, std::string> more = {}) {
    KafkaOptions options;
    options.topics = {topic};
    options.properties = std::move(more);
    options.properties["bootstrap.servers"] = RealKafka::get().bootstrap();
    options.look_for_partitions = std::chrono::milliseconds(300);
    options.retry = std::chrono::milliseconds(300);
    std::string error;
    source = make_kafka_source(loop, std::move(options), error);
    INFO(error);
    REQUIRE(source);
  }
  ~Reading() {
    sink.records.clear();
    stopped(loop, *source);
  }
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

Instant now() { return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now()); }

}  // namespace

TEST_CASE("Kafka: a topic with LogAppendTime gives the broker's timestamps", "[.kafka]") {
  if (!RealKafka::is_here()) return;
  RealKafka::get().must("topic append 2 --config message.timestamp.type=LogAppendTime");
  const Instant before = now();
  Producer producer;
  for (const char* value : {"a", "b", "c"}) producer.send("append", 1, value, 1'000);
  producer.flush();
  Reading r("append");
  r.start();
  r.until(3);
  CHECK(r.inputs == std::vector<Input>{{"append", 0}, {"append", 1}});
  for (const auto& record : r.sink.records) {
    CHECK(record.at >= before);
    CHECK(record.at <= now());
    CHECK(record.headers.size() == 1);
  }
  CHECK(r.source->cluster().size() > 10);
}

TEST_CASE("Kafka: ends are told at once although a fetch waits for records", "[.kafka]") {
  if (!RealKafka::is_here()) return;
  RealKafka::get().must("topic ends 6");
  Reading r("ends");
  r.start();
  r.loop.run_for(std::chrono::milliseconds(1'000));
  std::vector<double> times;
  for (int i = 0; i < 100; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    const auto ends = ends_of(r.loop, *r.source);
    times.push_back(
        std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count());
    REQUIRE(ends);
    REQUIRE(ends->next_offset.size() == 6);
  }
  std::sort(times.begin(), times.end());
  std::printf("ends of 6 partitions: p50 %.2f ms, p99 %.2f ms\n", times[50], times[98]);
  CHECK(times[50] < 100);
}

TEST_CASE("Kafka: a record arrives at once", "[.kafka]") {
  if (!RealKafka::is_here()) return;
  RealKafka::get().must("topic latency 3");
  Reading r("latency");
  Producer producer(std::map<std::string, std::string>{{"linger.ms", "0"}});
  r.start();
  producer.send("latency", 1, 1);
  r.until(1);
  std::vector<double> times;
  for (size_t i = 2; i < 102; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    producer.send("latency", static_cast<int32_t>(i % 3), "x");
    rd_kafka_poll(producer.client(), 0);
    r.until(i);
    times.push_back(
        std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count());
  }
  std::sort(times.begin(), times.end());
  std::printf("producer to sink: p50 %.2f ms, p99 %.2f ms\n", times[50], times[98]);
  CHECK(times[50] < 100);
}

TEST_CASE("Kafka: markers of transactions do not keep an input from being known", "[.kafka]") {
  if (!RealKafka::is_here()) return;
  RealKafka::get().must("topic transactions 1");
  Producer producer(std::map<std::string, std::string>{{"transactional.id", "duban-test"}});
  REQUIRE(rd_kafka_init_transactions(producer.client(), 30'000) == nullptr);
  for (const bool is_committed : {true, false, true}) {
    REQUIRE(rd_kafka_begin_transaction(producer.client()) == nullptr);
    producer.send("transactions", 0, 2);
    REQUIRE((is_committed ? rd_kafka_commit_transaction(producer.client(), 30'000)
                          : rd_kafka_abort_transaction(producer.client(), 30'000)) == nullptr);
  }
  Reading r("transactions");
  r.start();
  r.until(4);
  const int64_t read = r.sink.records.back().offset + 1;
  run_until(r.loop, [&] { return ends_of(r.loop, *r.source)->next_offset.at({"transactions", 0}) == read; });
  CHECK(r.sink.records.size() == 4);
}

TEST_CASE("Kafka: a restart of the broker loses nothing and doubles nothing", "[.kafka]") {
  if (!RealKafka::is_here()) return;
  RealKafka& kafka = RealKafka::get();
  kafka.must("topic restart 2");
  Reading r("restart");
  r.start();
  Producer().send("restart", 0, 100);
  r.until(100);
  kafka.must("stop");
  run_until(r.loop, [&] { return !r.sink.reachable.empty(); });
  CHECK_FALSE(r.sink.reachable[0].first);
  kafka.must("start");
  Producer().send("restart", 1, 100);
  r.until(200);
  run_until(r.loop, [&] { return ends_of(r.loop, *r.source).has_value(); });
  CHECK(r.sink.records.size() == 200);
  CHECK(r.sink.reachable.size() == 2);
  CHECK(r.sink.stopped.empty());
}

TEST_CASE("Kafka: what retention has taken before it was read stops the input", "[.kafka]") {
  if (!RealKafka::is_here()) return;
  RealKafka& kafka = RealKafka::get();
  kafka.must("topic forgotten 2");
  Producer().send("forgotten", 0, 50);
  Producer().send("forgotten", 1, 50);
  kafka.must("forget forgotten 0 30");
  Reading r("forgotten");
  r.inputs = opened(r.loop, *r.source);
  r.source->start(
      {{{"forgotten", 0}, {10, -1, r.source->cluster()}}, {{"forgotten", 1}, {10, -1, r.source->cluster()}}},
      r.sink);
  run_until(r.loop, [&] { return !r.sink.stopped.empty() && r.sink.records.size() == 40; });
  REQUIRE(r.sink.stopped.count({"forgotten", 0}) == 1);
  CHECK(r.sink.stopped.at({"forgotten", 0}).find("forgotten/0: offset 10 is not there") == 0);
  INFO(r.sink.stopped.at({"forgotten", 0}));
  for (const auto& record : r.sink.records) CHECK(record.input->partition == 1);
}

TEST_CASE("Kafka: without an offset, reading begins with the earliest record there is", "[.kafka]") {
  if (!RealKafka::is_here()) return;
  RealKafka& kafka = RealKafka::get();
  kafka.must("topic earliest 1");
  Producer().send("earliest", 0, 50);
  kafka.must("forget earliest 0 50");
  Reading r("earliest");
  r.start();
  // All has been forgotten: nothing can be read, and all is known.
  run_until(r.loop, [&] { return ends_of(r.loop, *r.source)->next_offset.at({"earliest", 0}) == 0; });
  Producer().send("earliest", 0, 1);
  r.until(1);
  CHECK(r.sink.records[0].offset == 50);
}

TEST_CASE("Kafka: new partitions are found and read from their beginning", "[.kafka]") {
  if (!RealKafka::is_here()) return;
  RealKafka& kafka = RealKafka::get();
  kafka.must("topic grows 1");
  Reading r("grows");
  r.start();
  Producer().send("grows", 0, 5);
  r.until(5);
  kafka.must("grow grows 3");
  Producer().send("grows", 2, 5);
  r.until(10);
  run_until(r.loop, [&] { return ends_of(r.loop, *r.source)->next_offset.size() == 3; });
  CHECK(r.sink.records.back().input->partition == 2);
}

TEST_CASE("Kafka: a topic that is deleted stops its inputs", "[.kafka]") {
  if (!RealKafka::is_here()) return;
  RealKafka& kafka = RealKafka::get();
  kafka.must("topic dropped 2");
  Reading r("dropped");
  r.start();
  Producer().send("dropped", 0, 5);
  r.until(5);
  kafka.must("drop dropped");
  run_until(r.loop, [&] { return r.sink.stopped.size() == 2; });
  INFO(r.sink.stopped.begin()->second);
  CHECK(r.sink.stopped.begin()->second.find("dropped/0: topic 'dropped' does not exist any more") == 0);
}

TEST_CASE("Kafka: a cluster that was set up anew at the same address is noticed", "[.kafka]") {
  if (!RealKafka::is_here()) return;
  RealKafka& kafka = RealKafka::get();
  kafka.must("topic anew 1");
  Reading r("anew");
  r.start();
  Producer().send("anew", 0, 5);
  r.until(5);
  kafka.must("stop");
  std::filesystem::remove_all(kafka.folder() + "/data");
  kafka.must("start");
  kafka.must("topic anew 1");
  Producer().send("anew", 0, 50);
  run_until(r.loop, [&] { return !r.sink.stopped.empty(); });
  INFO(r.sink.stopped.begin()->second);
  CHECK(r.sink.records.size() == 5);
}

}  // namespace duban::intake
