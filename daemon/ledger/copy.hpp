// A copy of a ledger as it stands after its last commit, taken beside a running daemon.
#pragma once

#include <string>

namespace duban::ledger {

/// Copies the database at `from` to the new file `to`; the daemon that writes it is not held up. Throws
/// StorageError.
void copy(const std::string& from, const std::string& to);

}  // namespace duban::ledger
