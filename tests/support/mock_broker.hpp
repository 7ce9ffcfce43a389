// The embedded broker with faults that tests inject.
#pragma once

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include <map>
#include <string>

#include "intake/embedded_broker.hpp"

namespace duban::intake {

class MockBroker : public EmbeddedBroker {
 public:
  using EmbeddedBroker::EmbeddedBroker;

  /// Closes its connections and accepts none.
  void go_down() { rd_kafka_mock_broker_set_down(native(), 1); }
  void come_up() { rd_kafka_mock_broker_set_up(native(), 1); }
  /// Answers take at least this long.
  void slow_down(int ms) { rd_kafka_mock_broker_set_rtt(native(), 1, ms); }

  std::map<std::string, std::string> properties() const {
    std::map<std::string, std::string> out;
    for (const auto& [name, value] : consumer_properties()) out[name] = value;
    out["reconnect.backoff.ms"] = "10";
    out["reconnect.backoff.max.ms"] = "50";
    return out;
  }
};

}  // namespace duban::intake
