// Whether a world that has come to rest is as it must be: its ledgers beside the oracle, the broker and those
// who were told.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "broker.hpp"
#include "plan.hpp"
#include "receiver.hpp"
#include "rule/configuration.hpp"

namespace duban::sim {

struct Verdict {
  std::vector<std::string> faults;
  uint64_t alerts = 0;
  std::string ledgers;  // a hash of what they hold
};

/// What is left when no process runs any more; the ledgers lie on the disk.
struct Remains {
  const Plan& plan;
  const Broker& broker;
  const std::vector<Receiver>& receivers;
  std::shared_ptr<const rule::Configuration> configuration;
  Instant from, until;
  /// When no process ran, up to the moment at which the next one had caught up.
  std::vector<std::pair<Instant, Instant>> away;
};
Verdict judge(const Remains& remains);

/// What was sent before a crash and is in no ledger after it. `sent`: lines that begin with channel and key.
std::vector<std::string> lost_after_crash(int shards, const std::set<std::string>& sent);

}  // namespace duban::sim
