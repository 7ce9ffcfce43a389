#include "ledger/checkpointer.hpp"

#include <sqlite3.h>

#include <utility>

#include "core/log.hpp"
#include "ledger/ledger.hpp"

namespace duban::ledger {

namespace {

/// How long a restart waits for readers of old snapshots before it gives way until the log has grown on.
constexpr int kReaderWaitMs = 200;
constexpr int kBusyTimeoutMs = 5'000;

}  // namespace

Checkpointer::Checkpointer(Database& writer, int pages, bool own_thread)
    : writer_(writer),
      pages_(pages),
      restart_at_(2 * pages),
      own_(std::make_unique<Database>(writer.path(), Database::Access::read_write)) {
  own_->run("PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=0; PRAGMA cache_size=-256",
            "preparing checkpoints");
  sqlite3_wal_hook(writer.handle(), &Checkpointer::on_commit, this);
  if (own_thread) thread_ = std::thread([this] { work(); });
}

Checkpointer::~Checkpointer() {
  sqlite3_wal_hook(writer_.handle(), nullptr, nullptr);
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

int Checkpointer::on_commit(void* self, sqlite3*, const char*, int pages) {
  auto& me = *static_cast<Checkpointer*>(self);
  me.wal_pages_ = pages;
  if (pages < me.requested_at_) me.requested_at_ = 0;  // the log has begun anew
  if (pages < me.requested_at_ + me.pages_) return SQLITE_OK;
  me.requested_at_ = pages;
  {
    const std::lock_guard lock(me.mutex_);
    me.wanted_ = true;
  }
  me.changed_.notify_all();
  return SQLITE_OK;
}

void Checkpointer::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return wanted_ || stopping_; });
    if (stopping_) return;
    wanted_ = false;
    working_ = true;
    lock.unlock();
    copy_pages();
    lock.lock();
    working_ = false;
    changed_.notify_all();
  }
}

void Checkpointer::copy_pages() {
  const int code =
      sqlite3_wal_checkpoint_v2(own_->handle(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
  if (code == SQLITE_OK || (code & 0xff) == SQLITE_BUSY) return;
  // The writer meets the same failure at the restart and reports it; here it only must not pass in silence.
  log::warning("ledger {}: copying the write-ahead log: {}", own_->path(), sqlite3_errmsg(own_->handle()));
}

void Checkpointer::between_transactions() {
  if (!thread_.joinable() && std::exchange(wanted_, false)) copy_pages();
  if (wal_pages_ < restart_at_) return;
  {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !wanted_ && !working_; });
  }
  restart_log();
}

void Checkpointer::restart_log() {
  sqlite3_busy_timeout(writer_.handle(), kReaderWaitMs);
  const int code =
      sqlite3_wal_checkpoint_v2(writer_.handle(), nullptr, SQLITE_CHECKPOINT_RESTART, nullptr, nullptr);
  if (code != SQLITE_OK && (code & 0xff) != SQLITE_BUSY) writer_.fail("copying the write-ahead log");
  sqlite3_busy_timeout(writer_.handle(), kBusyTimeoutMs);
  if (code == SQLITE_OK) {
    restart_at_ = 2 * pages_;
    wal_pages_ = 0;
    requested_at_ = 0;
    return;
  }
  if (restart_at_ == 2 * pages_) {
    log::warning("ledger {}: a reader holds an old snapshot; its write-ahead log grows beyond {} pages",
                 writer_.path(), restart_at_);
  }
  restart_at_ = wal_pages_ + pages_;
}

}  // namespace duban::ledger
