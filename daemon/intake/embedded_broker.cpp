#include "intake/embedded_broker.hpp"

#include <fmt/format.h>
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include <array>
#include <stdexcept>

#include "intake/kafka_handles.hpp"

namespace duban::intake {
namespace {

/// The mock has no log of interest, and warns that its own client has no broker to connect to.
void no_log(const rd_kafka_t*, int, const char*, const char*) {}

KafkaClient make_producer(const std::vector<std::pair<const char*, const char*>>& properties) {
  std::array<char, 512> why{};
  KafkaConf conf(rd_kafka_conf_new());
  rd_kafka_conf_set_log_cb(conf.get(), no_log);
  for (const auto& [name, value] : properties) {
    if (rd_kafka_conf_set(conf.get(), name, value, why.data(), why.size()))
      throw std::runtime_error(why.data());
  }
  KafkaClient client(rd_kafka_new(RD_KAFKA_PRODUCER, conf.get(), why.data(), why.size()));
  if (!client) throw std::runtime_error(fmt::format("the embedded broker: {}", why.data()));
  (void)conf.release();  // the client's now
  return client;
}

struct MockDelete {
  void operator()(rd_kafka_mock_cluster_t* cluster) const { rd_kafka_mock_cluster_destroy(cluster); }
};

}  // namespace

struct EmbeddedBroker::Impl {
  KafkaClient owner = make_producer({});
  std::unique_ptr<rd_kafka_mock_cluster_t, MockDelete> cluster{rd_kafka_mock_cluster_new(owner.get(), 1)};
  std::string bootstrap;
  KafkaClient producer;
};

EmbeddedBroker::EmbeddedBroker(const std::vector<Topic>& topics) : impl_(std::make_unique<Impl>()) {
  if (!impl_->cluster) throw std::runtime_error("the embedded broker cannot be started");
  for (const Topic& topic : topics) {
    const auto error =
        rd_kafka_mock_topic_create(impl_->cluster.get(), topic.name.c_str(), topic.partitions, 1);
    if (error) throw std::runtime_error(fmt::format("topic '{}': {}", topic.name, rd_kafka_err2str(error)));
  }
  impl_->bootstrap = rd_kafka_mock_cluster_bootstraps(impl_->cluster.get());
  impl_->producer = make_producer({{"bootstrap.servers", impl_->bootstrap.c_str()},
                                   {"compression.codec", "zstd"},
                                   {"linger.ms", "5"},
                                   {"partitioner", "murmur2_random"},
                                   {"queue.buffering.max.messages", "1000000"}});
}

EmbeddedBroker::~EmbeddedBroker() {
  rd_kafka_purge(impl_->producer.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
}

const std::string& EmbeddedBroker::bootstrap() const { return impl_->bootstrap; }

void EmbeddedBroker::produce(const Message& m) {
  rd_kafka_headers_t* headers = rd_kafka_headers_new(m.headers.size());
  for (const auto& [name, value] : m.headers) {
    rd_kafka_header_add(headers, name.data(), static_cast<ssize_t>(name.size()), value.data(),
                        static_cast<ssize_t>(value.size()));
  }
  const int32_t partition = m.partition < 0 ? RD_KAFKA_PARTITION_UA : m.partition;
  const int64_t at = m.at ? ms_of(*m.at) : 0;  // 0: now
  const auto error = rd_kafka_producev(impl_->producer.get(), RD_KAFKA_V_TOPIC(m.topic.c_str()),
                                       RD_KAFKA_V_PARTITION(partition),
                                       RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY | RD_KAFKA_MSG_F_BLOCK),
                                       RD_KAFKA_V_KEY(m.key.data(), m.key.size()),
                                       RD_KAFKA_V_VALUE(const_cast<char*>(m.value.data()), m.value.size()),
                                       RD_KAFKA_V_TIMESTAMP(at), RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_END);
  if (!error) return;
  rd_kafka_headers_destroy(headers);
  throw std::runtime_error(fmt::format("topic '{}': {}", m.topic, rd_kafka_err2str(error)));
}

void EmbeddedBroker::flush(Duration limit) {
  const auto error = rd_kafka_flush(impl_->producer.get(), static_cast<int>(limit.count()));
  if (error) throw std::runtime_error(fmt::format("the embedded broker: {}", rd_kafka_err2str(error)));
}

std::vector<std::pair<std::string, std::string>> EmbeddedBroker::consumer_properties() const {
  return {{"bootstrap.servers", impl_->bootstrap}, {"fetch.wait.max.ms", "5"}};
}

rd_kafka_mock_cluster_s* EmbeddedBroker::native() { return impl_->cluster.get(); }

}  // namespace duban::intake
