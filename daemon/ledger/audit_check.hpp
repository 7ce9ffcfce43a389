// Whether an audit log is whole: nothing changed, removed or put in another order.
#pragma once

#include <optional>
#include <string>

#include "ledger/ledger.hpp"

namespace duban::ledger {

/// The first thing that is wrong.
struct AuditFault {
  int64_t sequence = 0;  // of the row, or where a row is missing
  std::string what;
};

struct AuditReport {
  int64_t rows = 0;  // looked at, up to the fault
  AuditMark sealed;
  AuditMark head;
  std::optional<AuditFault> fault;
};

/// Within a reading transaction. Follows the chain from its seal to its head and compares each alert with the
/// digest that the log has of it. Who can write the file can also write a new chain: `anchor`, a mark noted
/// elsewhere before, must then lie on it.
AuditReport check_audit(Ledger& ledger, const std::optional<AuditMark>& anchor = std::nullopt);

}  // namespace duban::ledger
