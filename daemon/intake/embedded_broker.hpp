// A Kafka broker within the process, for `duban demo` and for tests: librdkafka's mock cluster on a port of
// its own on the loopback interface. Not a store: it keeps at most 5 MiB of (compressed) records per
// partition, in memory, and drops the oldest silently; a demo or test stays far below that.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/time.hpp"

struct rd_kafka_mock_cluster_s;

namespace duban::intake {

class EmbeddedBroker {
 public:
  struct Topic {
    std::string name;
    int partitions = 1;
  };
  struct Message {
    std::string topic;
    std::string key;
    std::string value;
    std::vector<std::pair<std::string, std::string>> headers;
    std::optional<Instant> at;  // the record's timestamp; now if empty
    int32_t partition = -1;     // by the key's hash if negative
  };

  /// Throws std::runtime_error if it cannot be started.
  explicit EmbeddedBroker(const std::vector<Topic>& topics);
  ~EmbeddedBroker();
  EmbeddedBroker(const EmbeddedBroker&) = delete;
  EmbeddedBroker& operator=(const EmbeddedBroker&) = delete;

  /// "127.0.0.1:PORT".
  const std::string& bootstrap() const;
  /// Queues a record. Throws std::runtime_error if the topic or partition does not exist.
  void produce(const Message& message);
  /// Waits until all queued records are in their partitions. Throws std::runtime_error if they are not in
  /// time.
  void flush(Duration limit = std::chrono::seconds(30));
  /// For a consumer of this broker: it knows no long poll, so that an empty fetch is answered only after
  /// fetch.wait.max.ms.
  std::vector<std::pair<std::string, std::string>> consumer_properties() const;

  /// For tests that inject faults.
  rd_kafka_mock_cluster_s* native();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace duban::intake
