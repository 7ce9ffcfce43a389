// What the dispatcher keeps about one outbox, and about one delivery under way.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/limits.hpp"
#include "delivery/dispatcher.hpp"

namespace duban::delivery {

/// An outbox with what the dispatcher knows about it.
struct Box {
  Outbox* outbox = nullptr;
  bool fetching = false;
  bool again = false;  // woken while fetching
  bool settling = false;
  std::set<int64_t> in_flight;
  std::vector<ledger::Receipt> receipts;  // not yet handed to settle()
  Instant next = kNever;
  std::map<std::string, std::array<int64_t, 4>> waiting;  // as of its last answer
  std::set<std::string> asked;  // the channels of which it has been asked what was sent before
  bool look_again = false;      // something was refused: another channel may have it now

  bool open() const { return in_flight.size() < limits::kUnsettledDeliveries; }
};

/// A delivery under way.
struct Sent {
  size_t box = 0;
  int64_t delivery = 0;
  int attempts = 0;
  bool probe = false;
  Duration started{0};
  std::string key;
  std::vector<int64_t> carried;  // beside the delivery itself
  bool people = false;
  bool falls_back = false;
};

}  // namespace duban::delivery
