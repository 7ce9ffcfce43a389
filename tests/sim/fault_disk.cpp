#include "fault_disk.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <cstring>

namespace duban::sim {

FaultDisk& FaultDisk::instance() {
  static FaultDisk disk;
  static const bool registered = (register_fault_vfs(), true);
  (void)registered;
  return disk;
}

void FaultDisk::format(uint64_t seed) {
  *this = FaultDisk();
  random_.seed(seed);
  sqlite3_randomness(0, nullptr);  // SQLite's own generator begins anew, from ours
}

void FaultDisk::crash_after(uint64_t operations, Crash how) {
  how_ = how;
  crash_at_ = operations_ + operations;
  if (operations == 0) crash();
}

void FaultDisk::fail_after(uint64_t operations, uint64_t count, Fault fault) {
  fail_from_ = operations_ + operations;
  failures_ = count;
  fault_ = fault;
}

FaultDisk::FilePtr FaultDisk::find(const std::string& path) const {
  const auto found = files_.find(path);
  return found == files_.end() ? nullptr : found->second;
}

FaultDisk::FilePtr FaultDisk::create(const std::string& path) {
  return files_.emplace(path, std::make_shared<File>()).first->second;
}

int FaultDisk::operate(bool may_fail) {
  if (crashed_) return SQLITE_IOERR;
  ++operations_;
  if (crash_at_ && operations_ >= *crash_at_) {
    crash();
    return SQLITE_IOERR;
  }
  if (!may_fail || failures_ == 0 || operations_ < fail_from_) return SQLITE_OK;
  --failures_;
  ++failed_;
  return fault_ == Fault::full ? SQLITE_FULL : SQLITE_IOERR_WRITE;
}

/// What is there after the crash: of a file whose power was lost each unsynced sector as it was or as it is.
void FaultDisk::crash() {
  crashed_ = true;
  crash_at_.reset();
  left_.clear();
  for (const auto& [path, file] : files_) {
    std::string& kept = left_[path] = file->data;
    if (how_ == Crash::process) continue;
    size_t size = file->synced_size;
    for (const auto& [sector, before] : file->unsynced) {
      const size_t from = sector * kSector;
      const size_t to = std::min(from + kSector, kept.size());
      if (from >= kept.size()) continue;
      if (random_() % 2 == 0) {
        size = std::max(size, to);
        continue;
      }
      ++torn_;
      std::string old = before;
      old.resize(to - from, '\0');
      kept.replace(from, to - from, old);
    }
    kept.resize(size, '\0');
  }
}

void FaultDisk::revive() {
  files_.clear();
  for (auto& [path, data] : left_) {
    const FilePtr file = create(path);
    file->synced_size = data.size();
    file->data = std::move(data);
  }
  left_.clear();
  crashed_ = false;
  failures_ = 0;
}

void FaultDisk::copy(const std::string& from, const std::string& to) {
  for (const char* part : {"", "-wal"})
    if (const FilePtr file = find(from + part)) create(to + part)->data = file->data;
}

void FaultDisk::remove(const std::string& path) {
  for (const char* part : {"", "-wal", "-journal"}) files_.erase(path + part);
}

/// Remembers what the sectors of [from, to) held when they were last synced.
void FaultDisk::note(File& file, size_t from, size_t to) const {
  for (size_t sector = from / kSector; sector * kSector < to; ++sector) {
    const size_t begin = sector * kSector;
    if (file.unsynced.contains(sector)) continue;
    const size_t end = std::min(begin + kSector, std::min(file.synced_size, file.data.size()));
    file.unsynced[sector] = begin < end ? file.data.substr(begin, end - begin) : std::string{};
  }
}

void FaultDisk::put(File& file, const void* data, size_t size, size_t at) {
  if (file.data.size() < at + size) file.data.resize(at + size, '\0');
  std::memcpy(file.data.data() + at, data, size);
}

int FaultDisk::write(File& file, const void* data, size_t size, size_t at) {
  const bool before = crashed_;
  const int code = operate(true);
  if (code == SQLITE_OK) {
    note(file, at, at + size);
    put(file, data, size, at);
    return SQLITE_OK;
  }
  if (crashed_ && !before) return code;
  // A write that fails may have got as far as it liked.
  if (!crashed_ && code != SQLITE_FULL) {
    const size_t part = random_() % (size + 1);
    note(file, at, at + part);
    put(file, data, part, at);
  }
  return code;
}

int FaultDisk::truncate(File& file, size_t size) {
  const int code = operate(false);
  if (code != SQLITE_OK || size >= file.data.size()) return code;
  note(file, size, file.data.size());
  file.data.resize(size);
  return SQLITE_OK;
}

int FaultDisk::sync(File& file) {
  const int code = operate(true);
  if (code != SQLITE_OK) return code == SQLITE_FULL ? SQLITE_FULL : SQLITE_IOERR_FSYNC;
  file.unsynced.clear();
  file.synced_size = file.data.size();
  return SQLITE_OK;
}

int FaultDisk::erase(const std::string& path) {
  const int code = operate(false);
  if (code != SQLITE_OK) return code;
  return files_.erase(path) > 0 ? SQLITE_OK : SQLITE_IOERR_DELETE_NOENT;
}

}  // namespace duban::sim
