#include "ledger/wal_vfs.hpp"

#include <sqlite3.h>

#include <cstring>
#include <memory>
#include <new>

namespace duban::ledger {

namespace {

/// SQLite's own layer takes at most 131,071 bytes in one call.
constexpr int kGathered = 30 * (24 + 4096);

/// A log. What the buffer holds stands in the file from `from_` on, behind or over what is there.
class Log {
 public:
  explicit Log(sqlite3_file* file) : file_(file), buffer_(std::make_unique<char[]>(kGathered)) {}

  int write(const void* data, int size, sqlite3_int64 at) {
    if (size > kGathered || at != from_ + size_ || size_ + size > kGathered) {
      if (const int code = flush(); code != SQLITE_OK) return code;
      if (size > kGathered) return file_->pMethods->xWrite(file_, data, size, at);
      from_ = at;
    }
    std::memcpy(buffer_.get() + size_, data, static_cast<size_t>(size));
    size_ += size;
    return SQLITE_OK;
  }
  /// A failed write is reported by whatever call finds it out; SQLite then rolls back.
  int flush() {
    if (size_ == 0) return SQLITE_OK;
    const int size = size_;
    size_ = 0;
    return file_->pMethods->xWrite(file_, buffer_.get(), size, from_);
  }
  sqlite3_file* file() const { return file_; }

 private:
  sqlite3_file* file_;
  std::unique_ptr<char[]> buffer_;
  sqlite3_int64 from_ = 0;
  int size_ = 0;
};

/// As SQLite sees it; the operating system's file follows in the same memory.
struct LogFile {
  sqlite3_file base;
  Log* log;
};

Log& log_of(sqlite3_file* file) { return *reinterpret_cast<LogFile*>(file)->log; }

/// The operating system's file, with nothing left in the buffer.
template <typename Call>
int flushed(sqlite3_file* file, Call call) {
  Log& log = log_of(file);
  const int code = log.flush();
  return code != SQLITE_OK ? code : call(log.file());
}

int close_log(sqlite3_file* file) {
  const int code = flushed(file, [](sqlite3_file* real) { return real->pMethods->xClose(real); });
  delete reinterpret_cast<LogFile*>(file)->log;
  return code;
}
int read_log(sqlite3_file* file, void* to, int size, sqlite3_int64 at) {
  return flushed(file, [=](sqlite3_file* real) { return real->pMethods->xRead(real, to, size, at); });
}
int write_log(sqlite3_file* file, const void* data, int size, sqlite3_int64 at) {
  return log_of(file).write(data, size, at);
}
int truncate_log(sqlite3_file* file, sqlite3_int64 size) {
  return flushed(file, [=](sqlite3_file* real) { return real->pMethods->xTruncate(real, size); });
}
int sync_log(sqlite3_file* file, int flags) {
  return flushed(file, [=](sqlite3_file* real) { return real->pMethods->xSync(real, flags); });
}
int size_of_log(sqlite3_file* file, sqlite3_int64* size) {
  return flushed(file, [=](sqlite3_file* real) { return real->pMethods->xFileSize(real, size); });
}
int lock_log(sqlite3_file* file, int level) {
  return flushed(file, [=](sqlite3_file* real) { return real->pMethods->xLock(real, level); });
}
int unlock_log(sqlite3_file* file, int level) {
  return flushed(file, [=](sqlite3_file* real) { return real->pMethods->xUnlock(real, level); });
}
int is_log_reserved(sqlite3_file* file, int* reserved) {
  return flushed(file,
                 [=](sqlite3_file* real) { return real->pMethods->xCheckReservedLock(real, reserved); });
}
int control_log(sqlite3_file* file, int operation, void* argument) {
  return flushed(file,
                 [=](sqlite3_file* real) { return real->pMethods->xFileControl(real, operation, argument); });
}
int sector_of_log(sqlite3_file* file) {
  return log_of(file).file()->pMethods->xSectorSize(log_of(file).file());
}
int character_of_log(sqlite3_file* file) {
  return log_of(file).file()->pMethods->xDeviceCharacteristics(log_of(file).file());
}

sqlite3_io_methods log_methods() {
  sqlite3_io_methods methods{};
  methods.iVersion = 1;
  methods.xClose = close_log;
  methods.xRead = read_log;
  methods.xWrite = write_log;
  methods.xTruncate = truncate_log;
  methods.xSync = sync_log;
  methods.xFileSize = size_of_log;
  methods.xLock = lock_log;
  methods.xUnlock = unlock_log;
  methods.xCheckReservedLock = is_log_reserved;
  methods.xFileControl = control_log;
  methods.xSectorSize = sector_of_log;
  methods.xDeviceCharacteristics = character_of_log;
  return methods;
}

sqlite3_vfs* system_vfs() { return sqlite3_vfs_find(nullptr); }

int open_file(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out_flags) {
  sqlite3_vfs* system = system_vfs();
  if ((flags & SQLITE_OPEN_WAL) == 0) return system->xOpen(system, name, file, flags, out_flags);
  static const sqlite3_io_methods kMethods = log_methods();
  auto* opened = reinterpret_cast<LogFile*>(file);
  auto* real = reinterpret_cast<sqlite3_file*>(opened + 1);
  opened->base.pMethods = nullptr;
  const int code = system->xOpen(system, name, real, flags, out_flags);
  if (code != SQLITE_OK) return code;
  try {
    opened->log = new Log(real);
  } catch (const std::bad_alloc&) {
    real->pMethods->xClose(real);
    return SQLITE_NOMEM;
  }
  opened->base.pMethods = &kMethods;
  return SQLITE_OK;
}

sqlite3_vfs layer() {
  sqlite3_vfs vfs = *system_vfs();  // everything but opening is the system's
  vfs.zName = "duban";
  vfs.pNext = nullptr;
  vfs.szOsFile += static_cast<int>(sizeof(LogFile));
  vfs.xOpen = open_file;
  return vfs;
}

}  // namespace

const char* wal_vfs() {
  static sqlite3_vfs vfs = layer();
  static const int registered = sqlite3_vfs_register(&vfs, 0);
  return registered == SQLITE_OK ? vfs.zName : nullptr;
}

}  // namespace duban::ledger
