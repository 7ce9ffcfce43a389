// Values of the expression language as bytes of a row.
#pragma once

#include <span>

#include "cel/value.hpp"
#include "ledger/bytes.hpp"

namespace duban::ledger {

/// Fields by position; runs of absent ones cost a byte. Records within are written as maps of their present
/// fields. Errors and types are no content of an entity: asserts.
void write_values(Writer& out, std::span<const cel::Value> values);
/// Fills `room`. Texts point into the reader's bytes, lists and maps into `arena`. Throws Damaged.
void read_values(Reader& in, std::span<cel::Value> room, cel::Arena& arena);

}  // namespace duban::ledger
