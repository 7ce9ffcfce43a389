#pragma once

#include "event/event.hpp"
#include "ledger/rows.hpp"

namespace duban::engine {

/// Why an entity's items are looked at again. An event may begin episodes; a new configuration may not.
struct Reason {
  const event::Event* event = nullptr;  // null: a tick, a span, a configuration
  bool all = true;                      // all rules of the kind, not only those whose fields have changed
  uint64_t changed = ~uint64_t{0};
  ledger::NameId rule{};                 // only this rule; 0: every rule
  bool configuration = false;            // a new one: stages that it moves to before now do not fire
  const ledger::Cause* cause = nullptr;  // of items that no event opens
};

}  // namespace duban::engine
