// Records into Kafka, from the event loop.
//
// librdkafka has threads of its own; its delivery reports, errors and log lines come through its queue, which
// wakes the loop by an eventfd: nothing here polls or blocks. `acks=all` always, `enable.idempotence` unless
// properties say otherwise. After a fatal error of the idempotent producer a new one is made. On the loop's
// thread.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/time.hpp"
#include "delivery/channel.hpp"

namespace asio {
class io_context;
}

namespace duban::delivery {

struct KafkaRecord {
  std::string topic;
  std::string key;  // empty: none
  std::string value;
  std::vector<std::pair<std::string, std::string>> headers;
};

using KafkaProperties = std::vector<std::pair<std::string, std::string>>;

class KafkaProducer {
 public:
  /// Null if a property is unknown or wrong: `error` says which. A broker that is away is no error.
  /// `timeout`: after which a record that no broker has acknowledged is given back (message.timeout.ms).
  static std::unique_ptr<KafkaProducer> make(asio::io_context& loop, KafkaProperties properties,
                                             Duration timeout, std::string& error);
  /// What is under way is given up without a call of `done`.
  ~KafkaProducer();

  /// `done` is called once: later, or within produce() if the record cannot be taken.
  void produce(KafkaRecord record, std::function<void(Outcome)> done);
  /// Gives up what is under way, by calls of `done` from here.
  void give_up(const std::string& reason);
  size_t under_way() const;

 private:
  struct Impl;
  explicit KafkaProducer(std::shared_ptr<Impl> impl);
  std::shared_ptr<Impl> impl_;
};

}  // namespace duban::delivery
