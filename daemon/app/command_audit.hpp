// `duban audit verify` and `duban audit export`: the ledgers' audit logs, also beside a running daemon.
#pragma once

#include <string>
#include <vector>

#include "app/console.hpp"

namespace duban::app {

struct AuditArguments {
  std::string config;
  std::string store;               // empty: the settings'
  std::vector<std::string> marks;  // of verify: "SHARD:SEQUENCE:HASH", as verify printed them before
  bool json = false;
};

int audit_verify_command(const AuditArguments& arguments, Console& console);
int audit_export_command(const AuditArguments& arguments, Console& console);

}  // namespace duban::app
