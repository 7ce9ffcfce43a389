#include "intake/kafka_signals.hpp"

#include <librdkafka/rdkafka.h>

#include <utility>

#include "core/log.hpp"

namespace duban::intake {
namespace {

constexpr int kCritical = 2, kError = 3;  // of syslog

void on_log(const rd_kafka_t* client, int level, const char* facility, const char* text) {
  static_cast<KafkaSignals*>(rd_kafka_opaque(client))->note(level, facility, text);
}

void on_client_error(rd_kafka_t*, int code, const char* reason, void* opaque) {
  const auto& signals = *static_cast<KafkaSignals*>(opaque);
  if (signals.on_error) signals.on_error(code, reason);
}

}  // namespace

void KafkaSignals::install(rd_kafka_conf_s* conf, bool with_errors) {
  rd_kafka_conf_set_opaque(conf, this);
  rd_kafka_conf_set_log_cb(conf, on_log);
  if (with_errors) rd_kafka_conf_set_error_cb(conf, on_client_error);
}

std::string KafkaSignals::take_complaint() {
  const std::lock_guard lock(mutex_);
  return std::exchange(complaint_, {});
}

/// librdkafka repeats itself at every attempt to connect; the source says once what matters.
void KafkaSignals::note(int level, const std::string& facility, const std::string& text) {
  if (facility == "CLUSTERID") other_cluster_ = true;
  if (level <= kCritical) {
    log::error("librdkafka: {}: {}", facility, text);
    return;
  }
  log::debug("librdkafka: {}: {}", facility, text);
  if (level > kError) return;
  const std::lock_guard lock(mutex_);
  complaint_ = text;
}

}  // namespace duban::intake
