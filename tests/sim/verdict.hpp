// Whether a world that has come to rest is as it must be: its ledgers beside the oracle, the broker and those
// who were told.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "broker.hpp"
#include "plan.hpp"
#include "receiver.hpp"

namespace duban::sim {

struct Verdict {
  std::vector<std::string> faults;
  uint64_t alerts = 0;
  std::string ledgers;  // a hash of what they hold
};

/// No process runs any more; the ledgers lie on the disk.
Verdict judge(const Plan& plan, const Broker& broker, const std::vector<Receiver>& receivers, Instant until);

/// What was sent before a crash and is in no ledger after it. `sent`: lines that begin with channel and key.
std::vector<std::string> lost_after_crash(int shards, const std::set<std::string>& sent);

}  // namespace duban::sim
