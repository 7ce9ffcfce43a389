#include "delivery/kafka_client.hpp"

#include <fmt/format.h>
#include <librdkafka/rdkafka.h>

#include <array>
#include <cstdint>

namespace duban::delivery {
namespace {

bool may_be_secret(const std::string& name) {
  return name.find("password") != std::string::npos || name.find("secret") != std::string::npos ||
         name.find("key") != std::string::npos || name.find("sasl.oauthbearer") != std::string::npos;
}

std::string set(rd_kafka_conf_t* conf, const std::string& name, const std::string& value) {
  std::array<char, 512> reason{};
  if (rd_kafka_conf_set(conf, name.c_str(), value.c_str(), reason.data(), reason.size()) ==
      RD_KAFKA_CONF_OK) {
    return {};
  }
  return fmt::format("properties.{}: {}", name,
                     may_be_secret(name) ? "librdkafka refuses it" : reason.data());
}

}  // namespace

void FreeConf::operator()(rd_kafka_conf_t* conf) const { rd_kafka_conf_destroy(conf); }
void FreeEvent::operator()(rd_kafka_event_t* event) const { rd_kafka_event_destroy(event); }

// Ours first, so that the user's stand; but an alert counts as delivered only when all replicas have it.
ConfPtr kafka_conf(const KafkaProperties& properties, Duration timeout, std::string& error) {
  ConfPtr conf(rd_kafka_conf_new());
  KafkaProperties all{{"client.id", "duban"},
                      {"enable.idempotence", "true"},
                      // A dead letter is as large as its record was; what is too large is the topic's to say.
                      {"message.max.bytes", "100000000"},
                      {"message.timeout.ms", std::to_string(timeout.count())},
                      {"log.queue", "true"}};
  all.insert(all.end(), properties.begin(), properties.end());
  for (const auto& [name, value] : all) {
    if ((name == "acks" || name == "request.required.acks") && value != "all" && value != "-1") {
      error = fmt::format("properties.{}: '{}' could lose alerts; leave it out, it is 'all'", name, value);
    } else {
      error = set(conf.get(), name, value);
    }
    if (!error.empty()) return nullptr;
  }
  error = set(conf.get(), "acks", "all");
  if (!error.empty()) return nullptr;
  rd_kafka_conf_set_events(conf.get(), RD_KAFKA_EVENT_DR | RD_KAFKA_EVENT_ERROR | RD_KAFKA_EVENT_LOG);
  return conf;
}

KafkaClient::KafkaClient(rd_kafka_t* handle) : handle_(handle), queue_(rd_kafka_queue_get_main(handle)) {}

EventPtr KafkaClient::next() const { return EventPtr(rd_kafka_queue_poll(queue_, 0)); }

std::unique_ptr<KafkaClient> KafkaClient::make(const rd_kafka_conf_t* conf, int event_fd,
                                               std::string& error) {
  std::array<char, 512> reason{};
  rd_kafka_conf_t* const own = rd_kafka_conf_dup(conf);
  rd_kafka_t* const handle = rd_kafka_new(RD_KAFKA_PRODUCER, own, reason.data(), reason.size());
  if (handle == nullptr) {
    rd_kafka_conf_destroy(own);
    error = fmt::format("properties: {}", reason.data());
    return nullptr;
  }
  std::unique_ptr<KafkaClient> client(new KafkaClient(handle));
  rd_kafka_set_log_queue(handle, client->queue_);
  const uint64_t one = 1;
  rd_kafka_queue_io_event_enable(client->queue_, event_fd, &one, sizeof one);
  return client;
}

// Purged first: nothing is waited for, and the destruction takes milliseconds.
KafkaClient::~KafkaClient() {
  rd_kafka_queue_io_event_enable(queue_, -1, nullptr, 0);
  rd_kafka_purge(handle_, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT | RD_KAFKA_PURGE_F_NON_BLOCKING);
  rd_kafka_queue_destroy(queue_);
  rd_kafka_destroy(handle_);
}

Outcome kafka_outcome(int code, const std::string& topic, const std::string& context) {
  const auto error = static_cast<rd_kafka_resp_err_t>(code);
  const std::string said =
      fmt::format("{}: {}{}", topic, rd_kafka_err2str(error), context.empty() ? "" : " (" + context + ")");
  switch (error) {
    case RD_KAFKA_RESP_ERR_NO_ERROR:
      return Outcome::delivered({});
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
    case RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE:
    case RD_KAFKA_RESP_ERR_INVALID_MSG:
    case RD_KAFKA_RESP_ERR_INVALID_RECORD:
      return Outcome::rejected(said);
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
      return Outcome::stop(said + "; check the properties' credentials and the topic's permissions");
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
    case RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION:
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
      return Outcome::stop(said + "; create the topic or check the channel's topic");
    case RD_KAFKA_RESP_ERR__MSG_TIMED_OUT:
    case RD_KAFKA_RESP_ERR__TRANSPORT:
    case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN:
    case RD_KAFKA_RESP_ERR__QUEUE_FULL:
    case RD_KAFKA_RESP_ERR__FATAL:
      return Outcome::stop(said);
    default:
      return Outcome::retry(said);
  }
}

}  // namespace duban::delivery
