// Kafka topics as a Source: librdkafka, wired to the event loop by its file descriptor.
//
// All partitions are assigned by hand, each from the offset that the ledger has; Kafka's own group offsets
// are written as a hint for lag tools and never read. What cannot go on without a person stops its input: an
// offset that retention has passed, another cluster than the ledger's, a topic that is gone, a damaged
// record.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "intake/source.hpp"

namespace asio {
class io_context;
}

namespace duban::intake {

struct KafkaOptions {
  std::vector<std::string> topics;
  /// librdkafka's properties, verbatim: bootstrap.servers and, for TLS and SASL, security.protocol and the
  /// like. `queued.max.messages.kbytes` bounds what is fetched ahead of all partitions together (default 64
  /// MB, but at least 4 MB for each). `group.id` is only a label for lag tools (default duban).
  std::map<std::string, std::string> properties;
  /// How often to look for new partitions; they are read from their earliest record.
  Duration look_for_partitions{std::chrono::seconds(30)};
  /// Between attempts to reach the brokers or to find the topics while opening.
  Duration retry{std::chrono::seconds(2)};
  /// Between an answer to ends() and the next question to the brokers: while catching up they would be asked
  /// without pause.
  Duration ends_pause{20};
  /// Longest wait for one answer of a broker.
  Duration answer_limit{std::chrono::seconds(5)};
};

/// Null if a property is unknown, not valid or not for the user to set: `error` says which, and for secrets
/// never their value. Asks no broker.
///
/// open() goes on trying until the brokers are reached and all topics exist, and says in the log what it
/// waits for. A start offset of -1 is the end, -2 the beginning of what there is. Lives on the loop's thread,
/// must not outlive the loop, and records it gave keep librdkafka's memory alive: destroy them before it.
std::unique_ptr<Source> make_kafka_source(asio::io_context& loop, KafkaOptions options, std::string& error);

}  // namespace duban::intake
