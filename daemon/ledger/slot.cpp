#include "ledger/slot.hpp"

#include <array>
#include <cstring>

namespace duban::ledger {

namespace {

/// Lists and texts keep their memory for the next entity in this slot.
void make_blank(Slot& slot) {
  slot.id = EntityId{};
  slot.kind = nullptr;
  slot.key.clear();
  slot.fields = nullptr;
  slot.known = false;
  slot.began_by.clear();
  slot.began = slot.changed = slot.chain_start = Instant{};
  slot.reopened = 0;
  slot.expires = slot.agenda = kNever;
  slot.chain.clear();
  slot.chain_keys.clear();
  slot.recent.clear();
  slot.parked.clear();
  slot.provisional.clear();
  slot.indexed = slot.dirty = false;
  slot.indexed_area.clear();
  slot.indexed_unit.clear();
  slot.journal = 0;
  slot.hash = 0;
  slot.stored = slot.stored_indexed = slot.stored_known = false;
  slot.stored_agenda = slot.queued = kNever;
  slot.stored_area = slot.stored_unit = slot.stored_state = {};
  slot.stored_open_items = 0;
}

}  // namespace

uint64_t entity_hash(std::string_view kind, std::string_view key) {
  std::array<char, 256> room;
  if (kind.size() + key.size() + 1 > room.size()) {
    return hash64(std::string(kind) + '/' + std::string(key)) & kHashMask;
  }
  std::memcpy(room.data(), kind.data(), kind.size());
  room[kind.size()] = '/';
  std::memcpy(room.data() + kind.size() + 1, key.data(), key.size());
  return hash64({room.data(), kind.size() + key.size() + 1}) & kHashMask;
}

Slot* SlotTable::find(int64_t id) const {
  for (size_t at = home(id);; ++at) {
    Slot* slot = by_id_[at & (by_id_.size() - 1)];
    if (slot == nullptr || slot->id == EntityId{id}) return slot;
  }
}

Slot* SlotTable::find(const event::EntityKind& kind, std::string_view key, uint64_t hash) const {
  for (size_t at = hash;; ++at) {
    Slot* slot = by_key_[at & (by_key_.size() - 1)];
    if (slot == nullptr || (slot->hash == hash && slot->kind == &kind && slot->key == key)) return slot;
  }
}

Slot& SlotTable::add() {
  if (used_ == slots_.size()) slots_.emplace_back();
  Slot& slot = slots_[used_++];
  make_blank(slot);
  return slot;
}

void SlotTable::place(Slot& slot) {
  size_t at = home(static_cast<int64_t>(slot.id));
  while (by_id_[at & (by_id_.size() - 1)] != nullptr) ++at;
  by_id_[at & (by_id_.size() - 1)] = &slot;
  at = slot.hash;
  while (by_key_[at & (by_key_.size() - 1)] != nullptr) ++at;
  by_key_[at & (by_key_.size() - 1)] = &slot;
}

void SlotTable::insert(Slot& slot) {
  if ((inserted_ + 1) * 2 > by_id_.size()) grow();
  place(slot);
  ++inserted_;
}

void SlotTable::grow() {
  const size_t size = by_id_.size() * 2;
  by_id_.assign(size, nullptr);
  by_key_.assign(size, nullptr);
  for (size_t i = 0; i < inserted_; ++i) place(slots_[i]);
}

void SlotTable::clear() {
  if (used_ > kKept) {
    slots_.clear();
    slots_.shrink_to_fit();
    by_id_.assign(kSmallest, nullptr);
    by_key_.assign(kSmallest, nullptr);
  } else if (used_ * 8 > by_id_.size()) {
    std::fill(by_id_.begin(), by_id_.end(), nullptr);
    std::fill(by_key_.begin(), by_key_.end(), nullptr);
  } else {
    const auto forget = [](std::vector<Slot*>& table, size_t home_of, const Slot* slot) {
      for (size_t at = home_of;; ++at) {
        Slot*& entry = table[at & (table.size() - 1)];
        if (entry != slot) continue;
        entry = nullptr;
        return;
      }
    };
    for (size_t i = 0; i < inserted_; ++i) {
      forget(by_id_, home(static_cast<int64_t>(slots_[i].id)), &slots_[i]);
      forget(by_key_, slots_[i].hash, &slots_[i]);
    }
  }
  used_ = inserted_ = 0;
}

}  // namespace duban::ledger
