// What leaves the outbox at an instant: Engine::outgoing().
//
// On the way out deliveries to people pass a gate, in this order:
//
//   fallback    a delivery that was rejected, or whose alert nobody has acknowledged in time, goes on to the
//               next channel of its plan; not if it was acknowledged or its item has ended meanwhile
//   quiet       in quiet hours a message waits for their end, then goes out with all that fell due; a
//               critical one does not wait
//   silence     what an active silence fits waits for its end
//   inhibition  what a current alert inhibits waits as long as that alert is current
//   current     what waited for one of these and is no longer current (its item has ended, somebody has
//               acknowledged it) ends as `withheld`; all else goes out, merged
//
// Each of these is written to the ledger with its reason, before anything is sent, and shows in `explain`.
// The instant is the caller's clock; nothing here changes an alert.
#pragma once

#include <string>
#include <vector>

#include "ledger/rows.hpp"

namespace duban::engine {

struct Outgoing {
  /// Messages that may be sent now, with the addresses that the units' posts have now.
  std::vector<ledger::Delivery> deliveries;
  Instant next = kNever;              // when there is more, or something to decide
  std::vector<std::string> channels;  // every channel that has something pending
};

}  // namespace duban::engine
