// Questions to the brokers that block until they are answered; asked on the worker's thread. Private to
// intake/.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "event/record.hpp"
#include "intake/source.hpp"

struct rd_kafka_s;

namespace duban::intake {

struct Discovery {
  std::vector<event::Input> inputs;  // all partitions of all topics, in order
  std::string cluster;
  std::string problem;    // not empty: why there is no complete answer, and what to do
  std::string missing;    // the topic that does not exist, if that is the problem
  bool answered = false;  // a broker did answer
};

Discovery discover(rd_kafka_s* client, const std::vector<std::string>& topics, Duration limit);

/// The present end of each input, asked in one request per broker. Inputs whose leader gave an error are left
/// out; empty if nobody answered.
std::optional<Ends> ask_ends(rd_kafka_s* client, const std::vector<event::Input>& inputs, Duration limit);

}  // namespace duban::intake
