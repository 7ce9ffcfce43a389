// Not run by ctest: test_intake "[bench]" compares KafkaSource with a bare librdkafka loop, both reading the
// same 600,000 records of 6 partitions from the embedded broker.
#include <librdkafka/rdkafka.h>
#include <sys/resource.h>

#include <chrono>
#include <cstdio>

#include "collect.hpp"
#include "intake/kafka_source.hpp"
#include "support/mock_broker.hpp"

namespace duban::intake {
namespace {

constexpr int kPartitions = 6;
constexpr size_t kRecords = 600'000;

struct Count : Sink {
  void on_records(std::vector<event::Record> more) override {
    for (const event::Record& r : more) bytes += r.payload.size() + r.headers.size();
    records += more.size();
  }
  void on_stopped(const event::Input&, const std::string& reason) override { FAIL(reason); }
  void on_reachable(bool, const std::string&) override {}
  void on_finished() override {}
  size_t records = 0, bytes = 0;
};

/// Wall and processor time of what happens between its beginning and print().
struct Watch {
  void print(const char* name) const {
    const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - begin;
    std::printf("%-12s %.0f records/s, %.2f s, processor %.2f s\n", name, kRecords / wall.count(),
                wall.count(), processor() - processor_begin);
  }
  static double processor() {
    rusage r;
    getrusage(RUSAGE_SELF, &r);
    return static_cast<double>(r.ru_utime.tv_sec + r.ru_stime.tv_sec) +
           static_cast<double>(r.ru_utime.tv_usec + r.ru_stime.tv_usec) / 1e6;
  }
  std::chrono::steady_clock::time_point begin = std::chrono::steady_clock::now();
  double processor_begin = processor();
};

void fill(MockBroker& broker) {
  for (size_t i = 0; i < kRecords; ++i) {
    std::string value =
        R"({"specversion":"1.0","id":"e-)" + std::to_string(i) +
        R"(","source":"urn:hs:inspection","type":"hazard.reported","time":"2026-03-02T09:12:33+08:00",)"
        R"("subject":"HZ-)" +
        std::to_string(i % 100'000) +
        R"(","data":{"area":"341004101205","title":"二楼疏散通道被纸箱堵塞","level":"general",)"
        R"("industry":"fire","enterprise_id":"91341000MA2N00000X","found_on":"2026-03-02","origin":"sweep"}})";
    broker.produce({"t",
                    std::to_string(i % 100'000),
                    std::move(value),
                    {{"content-type", "application/cloudevents+json"}},
                    instant_of_ms(1'700'000'000'000),
                    static_cast<int32_t>(i % kPartitions)});
  }
  broker.flush();
}

void bare(const MockBroker& broker) {
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  char why[512];
  for (const auto& [name, value] : broker.properties())
    rd_kafka_conf_set(conf, name.c_str(), value.c_str(), why, 512);
  rd_kafka_conf_set(conf, "group.id", "bare", why, 512);
  const Watch watch;
  rd_kafka_t* client = rd_kafka_new(RD_KAFKA_CONSUMER, conf, why, 512);
  rd_kafka_poll_set_consumer(client);
  rd_kafka_queue_t* queue = rd_kafka_queue_get_consumer(client);
  auto* list = rd_kafka_topic_partition_list_new(kPartitions);
  for (int p = 0; p < kPartitions; ++p) {
    rd_kafka_topic_partition_list_add(list, "t", p)->offset = RD_KAFKA_OFFSET_BEGINNING;
  }
  rd_kafka_assign(client, list);
  std::vector<rd_kafka_message_t*> messages(1'000);
  for (size_t n = 0; n < kRecords;) {
    const auto got = rd_kafka_consume_batch_queue(queue, 100, messages.data(), messages.size());
    for (ssize_t i = 0; i < got; ++i) {
      n += !messages[static_cast<size_t>(i)]->err;
      rd_kafka_message_destroy(messages[static_cast<size_t>(i)]);
    }
  }
  watch.print("bare");
  rd_kafka_topic_partition_list_destroy(list);
  rd_kafka_queue_destroy(queue);
  rd_kafka_consumer_close(client);
  rd_kafka_destroy(client);
}

void source(const MockBroker& broker) {
  asio::io_context loop;
  KafkaOptions options;
  options.topics = {"t"};
  options.properties = broker.properties();
  std::string error;
  auto source = make_kafka_source(loop, options, error);
  Count sink;
  const auto inputs = opened(loop, *source);
  const Watch watch;
  source->start({}, sink);
  run_until(loop, [&] { return sink.records >= kRecords; });
  watch.print("KafkaSource");
  stopped(loop, *source);
}

}  // namespace

TEST_CASE("consuming compared with a bare loop", "[.bench]") {
  MockBroker broker({{"t", kPartitions}});
  fill(broker);
  for (int i = 0; i < 4; ++i) {
    bare(broker);
    source(broker);
  }
}

}  // namespace duban::intake
