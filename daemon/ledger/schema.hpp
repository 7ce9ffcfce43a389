// The tables of a ledger and how an older file becomes a current one.
#pragma once

#include "ledger/database.hpp"

namespace duban::ledger {

/// "duba", so that `file` and a careful administrator know what it is.
inline constexpr int64_t kApplicationId = 0x64756261;

/// The version that this program writes.
int schema_version();

/// Creates the tables of an empty file, migrates an older one in one transaction, refuses a newer one and a
/// file of another application. Throws StorageError.
void prepare_schema(Database& database);
/// For a file opened read-only: it must have exactly the current version.
void require_schema(Database& database);

}  // namespace duban::ledger
