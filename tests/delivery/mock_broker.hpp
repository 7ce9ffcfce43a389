// librdkafka's mock cluster, and a consumer that reads what was written to it.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace duban::test {

struct ReadRecord {
  std::string key;
  bool has_key = false;
  std::string value;
  std::vector<std::pair<std::string, std::string>> headers;

  std::string header(const std::string& name) const;  // its last value; "" if absent
};

class MockBroker {
 public:
  MockBroker();
  ~MockBroker();
  MockBroker(const MockBroker&) = delete;
  MockBroker& operator=(const MockBroker&) = delete;

  const std::string& address() const;  // bootstrap.servers
  void create_topic(const std::string& topic, int partitions);
  /// The next `times` produce requests are answered with this code of the Kafka protocol.
  void fail_produce(int16_t code, int times);
  void set_up(bool up);
  /// Reads all partitions of a topic until `count` records came; fewer if none come for ten seconds.
  std::vector<ReadRecord> read(const std::string& topic, int partitions, size_t count) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace duban::test
