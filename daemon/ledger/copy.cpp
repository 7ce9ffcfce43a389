#include "ledger/copy.hpp"

#include <sqlite3.h>

#include "ledger/database.hpp"
#include "ledger/ledger.hpp"

namespace duban::ledger {

void copy(const std::string& from, const std::string& to) {
  Database source(from, Database::Access::read_only);
  Database target(to, Database::Access::read_write);
  sqlite3_backup* backup = sqlite3_backup_init(target.handle(), "main", source.handle(), "main");
  if (backup == nullptr) target.fail("copying");
  // All pages in one step: a copy in several would begin anew whenever the daemon commits.
  sqlite3_backup_step(backup, -1);
  if (sqlite3_backup_finish(backup) != SQLITE_OK) target.fail("copying");
}

}  // namespace duban::ledger
