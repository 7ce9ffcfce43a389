// Keeps the write-ahead log bounded without stopping the writer for a whole checkpoint (measured.md 5.4).
//
// A thread with a connection of its own copies pages into the database (PASSIVE) when the log has passed N
// pages. That alone never lets the log begin anew under constant writing; so when it has passed 2N, the
// writer waits for the thread, copies what is left and restarts the log, between two transactions.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "ledger/database.hpp"

namespace duban::ledger {

class Checkpointer {
 public:
  /// Installs itself as `writer`'s WAL hook. `pages` is N. Without a thread of its own the writer copies the
  /// pages itself, between two transactions: for runs that must be repeatable.
  Checkpointer(Database& writer, int pages, bool own_thread);
  ~Checkpointer();

  /// Called by the writer between two transactions. Throws StorageError if the log cannot be copied.
  void between_transactions();
  /// Pages in the log after the writer's last commit.
  int wal_pages() const { return wal_pages_; }

 private:
  static int on_commit(void* self, sqlite3* connection, const char* schema, int pages);
  void work();
  void copy_pages();
  void restart_log();

  Database& writer_;
  const int pages_;
  int wal_pages_ = 0;     // writer's thread only
  int restart_at_ = 0;    // writer's thread only; later than 2N while a reader holds an old snapshot
  int requested_at_ = 0;  // writer's thread only: pages at the last request
  std::unique_ptr<Database> own_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool wanted_ = false;
  bool working_ = false;
  bool stopping_ = false;
  std::thread thread_;  // last: starts when all else is there
};

}  // namespace duban::ledger
