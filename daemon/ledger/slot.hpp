// An entity in the batch cache, with what the database holds for it.
#pragma once

#include <cstdint>
#include <deque>
#include <string_view>
#include <vector>

#include "ledger/rows.hpp"

namespace duban::ledger {

struct Slot : Entity {
  uint64_t hash = 0;    // of kind and key
  bool stored = false;  // its row exists
  // What the row, the indexes and the counters hold. Texts live in the batch's arena.
  Instant stored_agenda = kNever;
  bool stored_indexed = false;
  std::string_view stored_area;
  std::string_view stored_unit;
  bool stored_known = false;
  std::string_view stored_state;
  int stored_open_items = 0;
  Instant queued = kNever;  // the agenda instant that the overlay knows of
};

/// Slots by id and by key, reused from batch to batch with the memory of their texts and lists, so that a
/// batch allocates little. Open addressing; cleared in time proportional to what was used.
class SlotTable {
 public:
  SlotTable() : by_id_(kSmallest), by_key_(kSmallest) {}

  Slot* find(int64_t id) const;
  /// One of this kind and key among those with the hash.
  Slot* find(const event::EntityKind& kind, std::string_view key, uint64_t hash) const;
  /// A slot with default members, in no table yet. Addresses stay until clear().
  Slot& add();
  /// Gives back the last added one, if it was not inserted.
  void drop_last() { --used_; }
  void insert(Slot& slot);
  void clear();

  size_t size() const { return used_; }
  Slot& operator[](size_t i) { return slots_[i]; }

 private:
  static constexpr size_t kSmallest = 1024;
  /// More slots than this are not kept for the next batch.
  static constexpr size_t kKept = 16 * 1024;
  static size_t home(int64_t id) {
    return static_cast<size_t>(static_cast<uint64_t>(id) * 0x9e3779b97f4a7c15U >> 20);
  }
  void grow();
  void place(Slot& slot);

  std::deque<Slot> slots_;
  size_t used_ = 0;
  size_t inserted_ = 0;
  std::vector<Slot*> by_id_;
  std::vector<Slot*> by_key_;
};

/// Hash of a kind and key as stored in entity_key: 42 bits, so that it takes 6 bytes as a row id.
uint64_t entity_hash(std::string_view kind, std::string_view key);
inline constexpr uint64_t kHashMask = (uint64_t{1} << 42) - 1;

}  // namespace duban::ledger
