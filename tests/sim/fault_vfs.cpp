// SQLite's file system interface over the disk in memory.
#include <sqlite3.h>

#include <cstring>
#include <utility>

#include "fault_disk.hpp"

namespace duban::sim {
namespace {

using File = FaultDisk::File;

/// An open file as SQLite sees it.
struct Handle {
  sqlite3_file base;
  FaultDisk::FilePtr* file;
  std::string* path;
  bool delete_on_close;
  int level;
  unsigned shared_slots;  // of the shared memory: locks that this handle holds
  unsigned exclusive_slots;
  bool uses_memory;
};

FaultDisk& disk() { return FaultDisk::instance(); }
Handle& handle(sqlite3_file* file) { return *reinterpret_cast<Handle*>(file); }
File& file_of(sqlite3_file* file) { return **handle(file).file; }
size_t bytes(sqlite3_int64 n) { return static_cast<size_t>(n); }

int unlock_memory(Handle& me);

int close_file(sqlite3_file* file) {
  Handle& me = handle(file);
  if (me.uses_memory) unlock_memory(me);
  if (me.level > SQLITE_LOCK_NONE) file->pMethods->xUnlock(file, SQLITE_LOCK_NONE);
  if (me.delete_on_close && !me.path->empty()) disk().erase(*me.path);
  delete me.file;
  delete me.path;
  return SQLITE_OK;
}

int read_file(sqlite3_file* file, void* to, int size, sqlite3_int64 at) {
  if (disk().crashed()) return SQLITE_IOERR_READ;
  const std::string& data = file_of(file).data;
  const size_t from = std::min(bytes(at), data.size());
  const size_t there = std::min(bytes(size), data.size() - from);
  std::memcpy(to, data.data() + from, there);
  if (there == bytes(size)) return SQLITE_OK;
  std::memset(static_cast<char*>(to) + there, 0, bytes(size) - there);
  return SQLITE_IOERR_SHORT_READ;
}
int write_file(sqlite3_file* file, const void* data, int size, sqlite3_int64 at) {
  return disk().write(file_of(file), data, bytes(size), bytes(at));
}
int truncate_file(sqlite3_file* file, sqlite3_int64 size) {
  return disk().truncate(file_of(file), bytes(size));
}
int sync_file(sqlite3_file* file, int) { return disk().sync(file_of(file)); }
int size_of_file(sqlite3_file* file, sqlite3_int64* size) {
  *size = static_cast<sqlite3_int64>(file_of(file).data.size());
  return SQLITE_OK;
}

// ---- locks: the connections of one process on one thread

int lock_file(sqlite3_file* file, int level) {
  Handle& me = handle(file);
  File& f = file_of(file);
  if (level <= me.level) return SQLITE_OK;
  if (f.exclusive != nullptr && f.exclusive != &me) return SQLITE_BUSY;
  if (me.level < SQLITE_LOCK_SHARED) ++f.shared;
  me.level = std::max(me.level, SQLITE_LOCK_SHARED);
  if (level >= SQLITE_LOCK_RESERVED) {
    if (f.reserved != nullptr && f.reserved != &me) return SQLITE_BUSY;
    f.reserved = &me;
  }
  if (level == SQLITE_LOCK_EXCLUSIVE) {
    if (f.shared > 1) {
      if (f.reserved == &me && me.level < SQLITE_LOCK_RESERVED) f.reserved = nullptr;
      return SQLITE_BUSY;
    }
    f.exclusive = &me;
  }
  me.level = level;
  return SQLITE_OK;
}
int unlock_file(sqlite3_file* file, int level) {
  Handle& me = handle(file);
  File& f = file_of(file);
  if (level >= me.level) return SQLITE_OK;
  if (f.reserved == &me) f.reserved = nullptr;
  if (f.exclusive == &me) f.exclusive = nullptr;
  if (level == SQLITE_LOCK_NONE) --f.shared;
  me.level = level;
  return SQLITE_OK;
}
int is_reserved(sqlite3_file* file, int* reserved) {
  *reserved = file_of(file).reserved != nullptr ? 1 : 0;
  return SQLITE_OK;
}
int control(sqlite3_file*, int, void*) { return SQLITE_NOTFOUND; }
int sector_size(sqlite3_file*) { return static_cast<int>(FaultDisk::kSector); }
/// As Linux: what is not written to is not damaged. Without it SQLite would write more than it syncs.
int characteristics(sqlite3_file*) { return SQLITE_IOCAP_POWERSAFE_OVERWRITE; }

// ---- shared memory of the write-ahead log

int map_memory(sqlite3_file* file, int region, int size, int extend, volatile void** at) {
  if (disk().crashed()) return SQLITE_IOERR_SHMMAP;
  File& f = file_of(file);
  if (!std::exchange(handle(file).uses_memory, true)) ++f.memory_users;
  *at = nullptr;
  if (bytes(size) != std::tuple_size_v<std::array<char, 32768>>) return SQLITE_IOERR_SHMSIZE;
  while (f.memory.size() <= bytes(region)) {
    if (extend == 0) return SQLITE_OK;
    f.memory.push_back(std::make_unique<std::array<char, 32768>>());
    f.memory.back()->fill(0);
  }
  *at = f.memory[bytes(region)]->data();
  return SQLITE_OK;
}
int lock_memory(sqlite3_file* file, int offset, int count, int flags) {
  Handle& me = handle(file);
  File& f = file_of(file);
  const unsigned mask = ((1U << count) - 1U) << offset;
  const bool shared = (flags & SQLITE_SHM_SHARED) != 0;
  for (int slot = offset; (flags & SQLITE_SHM_LOCK) != 0 && slot < offset + count; ++slot) {
    const unsigned bit = 1U << slot;
    const int held = f.memory_locks[bytes(slot)];
    if (held < 0 && (me.exclusive_slots & bit) == 0) return SQLITE_BUSY;
    const int own = (me.shared_slots & bit) != 0 ? 1 : 0;
    if (!shared && held > own) return SQLITE_BUSY;
  }
  for (int slot = offset; slot < offset + count; ++slot) {
    const unsigned bit = 1U << slot;
    int& held = f.memory_locks[bytes(slot)];
    if ((flags & SQLITE_SHM_LOCK) != 0) {
      if (shared && (me.shared_slots & bit) == 0) ++held;
      if (!shared) held = -1;
    } else {
      if (shared && (me.shared_slots & bit) != 0) --held;
      if (!shared && (me.exclusive_slots & bit) != 0) held = 0;
    }
  }
  unsigned& slots = shared ? me.shared_slots : me.exclusive_slots;
  slots = (flags & SQLITE_SHM_LOCK) != 0 ? slots | mask : slots & ~mask;
  return SQLITE_OK;
}
void memory_barrier(sqlite3_file*) {}

int unlock_memory(Handle& me) {
  File& f = **me.file;
  for (int slot = 0; slot < 8; ++slot) {
    if ((me.shared_slots >> slot & 1U) != 0) --f.memory_locks[bytes(slot)];
    if ((me.exclusive_slots >> slot & 1U) != 0) f.memory_locks[bytes(slot)] = 0;
  }
  me.shared_slots = me.exclusive_slots = 0;
  me.uses_memory = false;
  if (--f.memory_users == 0) f.memory.clear();
  return SQLITE_OK;
}
int unmap_memory(sqlite3_file* file, int) {
  return handle(file).uses_memory ? unlock_memory(handle(file)) : SQLITE_OK;
}

const sqlite3_io_methods kMethods = {
    2,           close_file,     read_file,    write_file, truncate_file, sync_file,       size_of_file,
    lock_file,   unlock_file,    is_reserved,  control,    sector_size,   characteristics, map_memory,
    lock_memory, memory_barrier, unmap_memory, nullptr,    nullptr};

// ---- the file system

int open_file(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out_flags) {
  file->pMethods = nullptr;
  if (disk().crashed()) return SQLITE_CANTOPEN;
  FaultDisk::FilePtr found = name != nullptr ? disk().find(name) : std::make_shared<File>();
  if (!found && (flags & SQLITE_OPEN_CREATE) == 0) return SQLITE_CANTOPEN;
  if (!found) found = disk().create(name);
  Handle& me = handle(file);
  me = Handle{{&kMethods},
              new FaultDisk::FilePtr(found),
              new std::string(name != nullptr ? name : ""),
              (flags & SQLITE_OPEN_DELETEONCLOSE) != 0,
              SQLITE_LOCK_NONE,
              0,
              0,
              false};
  if (out_flags != nullptr) *out_flags = flags;
  return SQLITE_OK;
}
int delete_file(sqlite3_vfs*, const char* name, int) { return disk().erase(name); }
int access_file(sqlite3_vfs*, const char* name, int, int* there) {
  if (disk().crashed()) return SQLITE_IOERR_ACCESS;
  const auto file = disk().find(name);
  *there = file != nullptr && !file->data.empty() ? 1 : 0;  // as of the system: an empty file is none
  return SQLITE_OK;
}
int full_path(sqlite3_vfs*, const char* name, int size, char* out) {
  sqlite3_snprintf(size, out, "%s", name);
  return SQLITE_OK;
}
int randomness(sqlite3_vfs*, int size, char* out) {
  for (int i = 0; i < size; ++i) out[i] = static_cast<char>(disk().random());
  return size;
}
int sleep_for(sqlite3_vfs*, int microseconds) { return microseconds; }
int current_time(sqlite3_vfs*, double* julian_day) {
  *julian_day = 2'460'000.5;
  return SQLITE_OK;
}

}  // namespace

void register_fault_vfs() {
  static sqlite3_vfs vfs{};
  vfs.iVersion = 1;
  vfs.szOsFile = sizeof(Handle);
  vfs.mxPathname = 512;
  vfs.zName = "faults";
  vfs.xOpen = open_file;
  vfs.xDelete = delete_file;
  vfs.xAccess = access_file;
  vfs.xFullPathname = full_path;
  vfs.xRandomness = randomness;
  vfs.xSleep = sleep_for;
  vfs.xCurrentTime = current_time;
  sqlite3_vfs_register(&vfs, 1);
}

}  // namespace duban::sim
