// A disk in memory that forgets, tears and fails: SQLite's files under a file system layer of their own.
//
// What was written is kept apart from what was synced. When power is lost, of each sector that was not synced
// either the old or the new content is there; when the process alone dies, all that was written is. From the
// moment of a crash on every operation fails, until revive() puts back what the disk then held. One disk for
// the whole process: it is SQLite's default file system, so that the ledger's own layer stands upon it. Not
// thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace duban::sim {

enum class Crash { process, power };
enum class Fault { io, full };

class FaultDisk {
 public:
  /// The one disk, registered with SQLite at the first call: before any database is opened.
  static FaultDisk& instance();

  /// An empty disk without plans; everything random from here on follows from the seed.
  void format(uint64_t seed);

  /// The crash comes at the n-th operation from now that changes something; 0: at once.
  void crash_after(uint64_t operations, Crash how);
  bool crashed() const { return crashed_; }
  /// The next start finds what the crash has left.
  void revive();
  /// Writes and syncs fail from the n-th operation from now on, `count` times.
  void fail_after(uint64_t operations, uint64_t count, Fault fault);
  void repair() { failures_ = 0; }

  /// Copies a database with its log, to look at it without touching it; removes it again.
  void copy(const std::string& from, const std::string& to);
  void remove(const std::string& path);

  uint64_t operations() const { return operations_; }
  uint64_t failed() const { return failed_; }
  uint64_t torn() const { return torn_; }

  // ---- for the file system layer (fault_vfs.cpp)

  static constexpr size_t kSector = 512;

  struct File {
    std::string data;
    std::map<size_t, std::string> unsynced;  // sector → what it held when it was last synced
    size_t synced_size = 0;
    // Locks of the connections, and the memory that they share beside the file.
    int shared = 0;
    const void* reserved = nullptr;
    const void* exclusive = nullptr;
    std::vector<std::unique_ptr<std::array<char, 32768>>> memory;
    std::array<int, 8> memory_locks{};  // readers, or -1
    int memory_users = 0;
  };
  using FilePtr = std::shared_ptr<File>;

  FilePtr find(const std::string& path) const;
  FilePtr create(const std::string& path);
  int write(File& file, const void* data, size_t size, size_t at);
  int truncate(File& file, size_t size);
  int sync(File& file);
  int erase(const std::string& path);
  uint64_t random() { return random_(); }

 private:
  /// What an operation that changes something begins with: SQLITE_OK, or why it fails.
  int operate(bool may_fail);
  void crash();
  void note(File& file, size_t from, size_t to) const;
  static void put(File& file, const void* data, size_t size, size_t at);

  std::map<std::string, FilePtr> files_;
  std::map<std::string, std::string> left_;  // by a crash
  std::mt19937_64 random_;
  bool crashed_ = false;
  Crash how_ = Crash::process;
  std::optional<uint64_t> crash_at_;
  uint64_t operations_ = 0;
  uint64_t fail_from_ = 0;
  uint64_t failures_ = 0;
  Fault fault_ = Fault::io;
  uint64_t failed_ = 0;
  uint64_t torn_ = 0;
};

/// Registers the layer as SQLite's default.
void register_fault_vfs();

}  // namespace duban::sim
