// An item as part of its entity's row.
#pragma once

#include "ledger/bytes.hpp"
#include "ledger/rows.hpp"

namespace duban::ledger {

/// Instants are written as distances, so that near ones are short. Lossless for every instant.
void write_instant(Writer& out, Instant t, Instant base);
Instant read_instant(Reader& in, Instant base);

/// `base`: an instant near the item's opening, the same on reading.
void write_item(Writer& out, const Item& item, Instant base);
void read_item(Reader& in, Instant base, Item& item);

}  // namespace duban::ledger
