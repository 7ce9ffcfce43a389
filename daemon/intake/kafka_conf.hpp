// librdkafka's configuration from the settings' properties. Private to intake/.
#pragma once

#include <map>
#include <string>

#include "intake/kafka_handles.hpp"

namespace duban::intake {

using Properties = std::map<std::string, std::string>;

/// What the source adds to the user's properties.
struct KafkaRole {
  /// The consumer's own client; otherwise the one that asks for ends and metadata.
  bool is_consumer = false;
  int partitions = 1;
};

/// Null and `error` (place, value if it is no secret, what is expected) if a property is not accepted.
KafkaConf make_conf(const Properties& properties, const KafkaRole& role, std::string& error);

/// True for properties whose values must never be shown.
bool is_secret(const std::string& property);

}  // namespace duban::intake
