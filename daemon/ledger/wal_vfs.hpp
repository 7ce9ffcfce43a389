// SQLite writes a write-ahead log in pieces of 24 and 4,096 bytes, two system calls a page. This file system
// layer gathers what is written in a row and hands it over in large pieces, at the latest when the log is
// synced or read. Only logs pass through it; every other file is the operating system's own.
//
// Nothing is less safe by it: with synchronous=FULL no other connection looks at frames before they are
// synced, and what was not synced a crash may lose anyway.
#pragma once

namespace duban::ledger {

/// The name to open databases with. Registers the layer at the first call. Any thread.
const char* wal_vfs();

}  // namespace duban::ledger
