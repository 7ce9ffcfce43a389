// Those who are told: they hear, refuse, stay silent, are slow, or hear and say that they have not.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>

#include "delivery/channel.hpp"
#include "sim_time.hpp"

namespace duban::sim {

/// Outlives every process that sends to it.
struct Receiver {
  enum class Manner { hears, away, deaf, lies, refuses };
  std::string name;
  Manner manner = Manner::hears;
  Duration latency{10};
  std::map<std::string, int> attempts;                                       // by key
  std::map<std::string, int> heard;                                          // by key
  std::map<std::string, int> refused;                                        // by key
  std::map<std::string, std::map<std::string, std::set<std::string>>> told;  // recipient → alert → keys
  std::map<std::string, std::string> content;                                // of what was heard, by key
  uint64_t messages = 0;
  uint64_t contradictions = 0;  // one key, two contents
};

Receiver::Manner manner_of(const std::string& name);

/// A channel of a process to a receiver. `seen` is told of every message before it goes out.
std::unique_ptr<delivery::Channel> make_channel(Receiver& receiver, SimTime& time,
                                                std::function<void(const std::string& line)> seen);

}  // namespace duban::sim
