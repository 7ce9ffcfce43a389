// librdkafka's handles, each closed by its destructor. Private to kafka_producer.cpp.
#pragma once

#include <memory>
#include <string>

#include "delivery/channel.hpp"
#include "delivery/kafka_producer.hpp"

// As rdkafka.h declares them; the header itself stays in .cpp files.
typedef struct rd_kafka_s rd_kafka_t;
typedef struct rd_kafka_conf_s rd_kafka_conf_t;
typedef struct rd_kafka_queue_s rd_kafka_queue_t;
typedef struct rd_kafka_op_s rd_kafka_event_t;

namespace duban::delivery {

struct FreeConf {
  void operator()(rd_kafka_conf_t* conf) const;
};
using ConfPtr = std::unique_ptr<rd_kafka_conf_t, FreeConf>;

struct FreeEvent {
  void operator()(rd_kafka_event_t* event) const;
};
using EventPtr = std::unique_ptr<rd_kafka_event_t, FreeEvent>;

/// Null if a property is unknown or wrong: `error` says which, without its value where that may be a secret.
ConfPtr kafka_conf(const KafkaProperties& properties, Duration timeout, std::string& error);

/// A producer with its queue; `event_fd` is readable when the queue has become non-empty.
class KafkaClient {
 public:
  /// Null if librdkafka refuses: `error` says why.
  static std::unique_ptr<KafkaClient> make(const rd_kafka_conf_t* conf, int event_fd, std::string& error);
  ~KafkaClient();
  KafkaClient(const KafkaClient&) = delete;
  KafkaClient& operator=(const KafkaClient&) = delete;

  rd_kafka_t* handle() const { return handle_; }
  /// The next event, null if there is none now.
  EventPtr next() const;

 private:
  explicit KafkaClient(rd_kafka_t* handle);
  rd_kafka_t* handle_;
  rd_kafka_queue_t* queue_;
};

/// What an error of a record (rd_kafka_resp_err_t) means for its delivery. `context`: what the client last
/// said about brokers.
Outcome kafka_outcome(int error, const std::string& topic, const std::string& context);

}  // namespace duban::delivery
