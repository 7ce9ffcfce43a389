#include "intake/kafka_conf.hpp"

#include <fmt/format.h>
#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

#include "core/diagnostic.hpp"

namespace duban::intake {

void KafkaDelete::operator()(rd_kafka_s* client) const {
  rd_kafka_destroy_flags(client, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
}
void KafkaDelete::operator()(rd_kafka_conf_s* conf) const { rd_kafka_conf_destroy(conf); }
void KafkaDelete::operator()(rd_kafka_queue_s* queue) const { rd_kafka_queue_destroy(queue); }
void KafkaDelete::operator()(rd_kafka_topic_partition_list_s* list) const {
  rd_kafka_topic_partition_list_destroy(list);
}

namespace {

/// Fetched ahead of all partitions together: over a second of work at 90,000 events a second. librdkafka 2.0
/// looks again at a full queue only when something else wakes it, or after a second; less would starve the
/// engine. A partition alone gets at least so much that a skewed topic is still read at tens of MB a second.
constexpr int kQueuedKbytes = 64 << 10;
constexpr int kLeastQueuedKbytesOfPartition = 4 << 10;
/// A fetch that waits for idle partitions holds up one that has become possible for a busy one.
constexpr const char* kFetchWaitMs = "100";
constexpr const char* kQueued = "queued.max.messages.kbytes";

struct Owned {
  const char* property;
  const char* value;
  const char* why;
};
constexpr std::array kOwned{
    Owned{"enable.auto.commit", "false", "the ledger keeps the offsets"},
    Owned{"enable.auto.offset.store", "false", "the ledger keeps the offsets"},
    Owned{"auto.offset.reset", "error", "a gap stops the input until a person decides"},
    Owned{"enable.partition.eof", "true", "it tells how far an input is known"},
};

std::vector<std::string> known_properties(const rd_kafka_conf_s* conf) {
  size_t count = 0;
  const char** entries = rd_kafka_conf_dump(const_cast<rd_kafka_conf_s*>(conf), &count);
  std::vector<std::string> names;
  for (size_t i = 0; i + 1 < count; i += 2) names.emplace_back(entries[i]);
  rd_kafka_conf_dump_free(entries, count);
  return names;
}

std::string set(rd_kafka_conf_s* conf, const std::string& property, const std::string& value) {
  std::array<char, 512> why{};
  switch (rd_kafka_conf_set(conf, property.c_str(), value.c_str(), why.data(), why.size())) {
    case RD_KAFKA_CONF_OK:
      return {};
    case RD_KAFKA_CONF_UNKNOWN: {
      const std::string close = nearest(property, known_properties(conf));
      return fmt::format(
          "kafka property '{}' is unknown to librdkafka; {}", property,
          close.empty() ? "see its CONFIGURATION.md" : fmt::format("did you mean '{}'?", close));
    }
    default:
      // librdkafka repeats the value in its message.
      return is_secret(property) ? fmt::format("the value of kafka property '{}' is not accepted", property)
                                 : fmt::format("kafka property '{}': {}", property, why.data());
  }
}

int queued_kbytes(const Properties& properties, int partitions) {
  int all = kQueuedKbytes;
  if (const auto set = properties.find(kQueued); set != properties.end()) {
    std::from_chars(set->second.data(), set->second.data() + set->second.size(), all);
  }
  return std::max(all / std::max(partitions, 1), kLeastQueuedKbytesOfPartition);
}

std::string set_all(rd_kafka_conf_s* conf, const Properties& properties, const KafkaRole& role) {
  for (const auto& [property, value] : properties) {
    for (const Owned& owned : kOwned) {
      if (property == owned.property && value != owned.value) {
        return fmt::format("kafka property '{}' is always {}: {}; remove it", property, owned.value,
                           owned.why);
      }
    }
    if (property == "group.id" && !role.is_consumer) continue;  // it would look for a coordinator in vain
    if (std::string error = set(conf, property, value); !error.empty()) return error;
  }
  Properties more{{kQueued, std::to_string(queued_kbytes(properties, role.partitions))}};
  if (!properties.contains("client.id")) more["client.id"] = "duban";
  if (!properties.contains("fetch.wait.max.ms")) more["fetch.wait.max.ms"] = kFetchWaitMs;
  if (!properties.contains("socket.keepalive.enable")) more["socket.keepalive.enable"] = "true";
  if (role.is_consumer) {
    if (!properties.contains("group.id")) more["group.id"] = "duban";
    for (const Owned& owned : kOwned) more[owned.property] = owned.value;
  }
  for (const auto& [property, value] : more) {
    if (std::string error = set(conf, property, value); !error.empty()) return error;
  }
  return {};
}

}  // namespace

bool is_secret(const std::string& property) {
  constexpr std::array kParts{"password", "secret", "token", "jaas", ".pem", "ssl.key", "oauthbearer.config"};
  return std::any_of(kParts.begin(), kParts.end(),
                     [&](const char* part) { return property.find(part) != std::string::npos; });
}

KafkaConf make_conf(const Properties& properties, const KafkaRole& role, std::string& error) {
  if (!properties.contains("bootstrap.servers") && !properties.contains("metadata.broker.list")) {
    error = "kafka property 'bootstrap.servers' is missing; name at least one broker as host:port";
    return nullptr;
  }
  KafkaConf conf(rd_kafka_conf_new());
  error = set_all(conf.get(), properties, role);
  if (!error.empty()) return nullptr;
  return conf;
}

}  // namespace duban::intake
