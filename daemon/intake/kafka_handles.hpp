// Owners of what librdkafka's C API hands out. Private to intake/; only .cpp files include librdkafka itself.
#pragma once

#include <memory>

struct rd_kafka_s;
struct rd_kafka_conf_s;
struct rd_kafka_queue_s;
struct rd_kafka_topic_partition_list_s;

namespace duban::intake {

struct KafkaDelete {
  void operator()(rd_kafka_s* client) const;  // does not close a consumer: call rd_kafka_consumer_close first
  void operator()(rd_kafka_conf_s* conf) const;
  void operator()(rd_kafka_queue_s* queue) const;
  void operator()(rd_kafka_topic_partition_list_s* list) const;
};
using KafkaClient = std::unique_ptr<rd_kafka_s, KafkaDelete>;
using KafkaConf = std::unique_ptr<rd_kafka_conf_s, KafkaDelete>;
using KafkaQueue = std::unique_ptr<rd_kafka_queue_s, KafkaDelete>;
using KafkaList = std::unique_ptr<rd_kafka_topic_partition_list_s, KafkaDelete>;

}  // namespace duban::intake
