// The same records without any fault: the engine on a ledger that never fails, in one batch.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "broker.hpp"
#include "rule/configuration.hpp"

namespace duban::sim {

/// Alerts and dead letters by id or position, as they are stored.
using Outcome = std::map<std::string, std::string>;

Outcome clean_run(const std::shared_ptr<const rule::Configuration>& configuration, const Broker& broker,
                  Instant from, Instant until);

/// A dead letter as clean_run() gives it.
std::pair<std::string, std::string> entry(const ledger::DeadLetter& letter);

/// All records of the broker in the order in which they happened.
std::vector<event::Record> in_order(const Broker& broker);

}  // namespace duban::sim
