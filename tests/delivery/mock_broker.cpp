#include "delivery/mock_broker.hpp"

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include <array>
#include <stdexcept>

namespace duban::test {
namespace {

constexpr int16_t kProduceRequest = 0;

rd_kafka_t* client(rd_kafka_type_t type, const std::map<std::string, std::string>& properties) {
  std::array<char, 512> reason{};
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  for (const auto& [name, value] : properties) {
    if (rd_kafka_conf_set(conf, name.c_str(), value.c_str(), reason.data(), reason.size()) !=
        RD_KAFKA_CONF_OK) {
      throw std::runtime_error(reason.data());
    }
  }
  rd_kafka_t* handle = rd_kafka_new(type, conf, reason.data(), reason.size());
  if (handle == nullptr) throw std::runtime_error(reason.data());
  return handle;
}

std::string bytes(const void* data, size_t size) {
  return data == nullptr ? "" : std::string(static_cast<const char*>(data), size);
}

ReadRecord record_of(const rd_kafka_message_t& message) {
  ReadRecord record;
  record.has_key = message.key != nullptr;
  record.key = bytes(message.key, message.key_len);
  record.value = bytes(message.payload, message.len);
  rd_kafka_headers_t* headers = nullptr;
  if (rd_kafka_message_headers(&message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) return record;
  const char* name = nullptr;
  const void* value = nullptr;
  size_t size = 0;
  for (size_t i = 0; rd_kafka_header_get_all(headers, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR;
       ++i) {
    record.headers.emplace_back(name, bytes(value, size));
  }
  return record;
}

}  // namespace

std::string ReadRecord::header(const std::string& name) const {
  std::string found;
  for (const auto& [header, content] : headers) {
    if (header == name) found = content;
  }
  return found;
}

struct MockBroker::Impl {
  rd_kafka_t* owner = client(RD_KAFKA_PRODUCER, {{"log_level", "3"}});
  rd_kafka_mock_cluster_t* cluster = rd_kafka_mock_cluster_new(owner, 1);
  std::string address = rd_kafka_mock_cluster_bootstraps(cluster);
};

MockBroker::MockBroker() : impl_(std::make_unique<Impl>()) {}

MockBroker::~MockBroker() {
  rd_kafka_mock_cluster_destroy(impl_->cluster);
  rd_kafka_destroy(impl_->owner);
}

const std::string& MockBroker::address() const { return impl_->address; }

void MockBroker::create_topic(const std::string& topic, int partitions) {
  rd_kafka_mock_topic_create(impl_->cluster, topic.c_str(), partitions, 1);
}

void MockBroker::fail_produce(int16_t code, int times) {
  const std::vector<rd_kafka_resp_err_t> errors(static_cast<size_t>(times),
                                                static_cast<rd_kafka_resp_err_t>(code));
  rd_kafka_mock_push_request_errors_array(impl_->cluster, kProduceRequest, errors.size(), errors.data());
}

void MockBroker::set_up(bool up) {
  up ? rd_kafka_mock_broker_set_up(impl_->cluster, 1) : rd_kafka_mock_broker_set_down(impl_->cluster, 1);
}

std::vector<ReadRecord> MockBroker::read(const std::string& topic, int partitions, size_t count) const {
  rd_kafka_t* consumer = client(RD_KAFKA_CONSUMER, {{"bootstrap.servers", impl_->address},
                                                    {"group.id", "reader"},
                                                    {"enable.auto.commit", "false"},
                                                    {"fetch.wait.max.ms", "5"}});
  rd_kafka_poll_set_consumer(consumer);
  rd_kafka_topic_partition_list_t* all = rd_kafka_topic_partition_list_new(partitions);
  for (int i = 0; i < partitions; ++i) {
    rd_kafka_topic_partition_list_add(all, topic.c_str(), i)->offset = RD_KAFKA_OFFSET_BEGINNING;
  }
  rd_kafka_assign(consumer, all);
  rd_kafka_topic_partition_list_destroy(all);
  std::vector<ReadRecord> records;
  while (records.size() < count) {
    rd_kafka_message_t* message = rd_kafka_consumer_poll(consumer, 10'000);
    if (message == nullptr) break;
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) records.push_back(record_of(*message));
    rd_kafka_message_destroy(message);
  }
  rd_kafka_consumer_close(consumer);
  rd_kafka_destroy(consumer);
  return records;
}

}  // namespace duban::test
