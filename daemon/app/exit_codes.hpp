// How a command ends; documented in docs/commands.md.
#pragma once

namespace duban::app {

enum ExitCode : int {
  kOk = 0,
  kFindings = 1,       // errors found, tests failed, rule sets differ
  kUsage = 2,          // the command line is wrong
  kConfiguration = 3,  // settings, catalog, calendar or rules cannot be loaded
  kStorage = 4,        // a ledger cannot be opened, read or written
  kSource = 5,         // the broker or the file of events cannot be used
  kDaemon = 6,         // the daemon cannot be asked, or refuses
  kInternal = 70,      // a defect of duban
};

}  // namespace duban::app
