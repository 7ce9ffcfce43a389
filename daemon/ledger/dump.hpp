// The logical content of a ledger as text; see Ledger::dump.
#pragma once

#include <ostream>

#include "ledger/entities.hpp"
#include "ledger/measures.hpp"
#include "ledger/outbox.hpp"
#include "ledger/registry.hpp"

namespace duban::ledger {

struct Content {
  Database& database;
  Names& names;
  Entities& entities;
  Outbox& outbox;
  Registry& registry;
  Measures& measures;
};

void dump(const Content& content, std::ostream& out);

}  // namespace duban::ledger
