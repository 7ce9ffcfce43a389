// Writing the batch cache back: everything sorted, so that neighbours share pages.
#include <algorithm>

#include "ledger/entities.hpp"

namespace duban::ledger {

void Entities::count(Slot& slot) {
  const int items = open_items(slot);
  tallies_.add(Count::open_items, items - slot.stored_open_items);
  slot.stored_open_items = items;
  const std::string_view state = slot.known ? slot.state() : std::string_view{};
  const std::string_view before = slot.stored_known ? slot.stored_state : std::string_view{};
  if (slot.known == slot.stored_known && state == before) return;
  tallies_.add(Count::entities, int{slot.known} - int{slot.stored_known});
  if (slot.stored_known) tallies_.add_state(slot.kind->name, before, -1);
  if (slot.known) tallies_.add_state(slot.kind->name, state, 1);
  slot.stored_known = slot.known;
  slot.stored_state = arena_.copy(state);
}

void Entities::write(Slot& slot) {
  const auto id = static_cast<int64_t>(slot.id);
  slot.agenda = agenda_of(slot);
  if (slot.agenda != slot.stored_agenda) {
    if (slot.stored_agenda != kNever) removed_.push_back({slot.stored_agenda, id});
    if (slot.agenda != kNever) added_.push_back({slot.agenda, id});
    slot.stored_agenda = slot.agenda;
  }
  count(slot);
  writer_.clear();
  write_entity(writer_, slot, layouts_.of(*slot.kind));
  (slot.stored ? update_row_ : insert_row_).bind(1, id).bind_blob(2, writer_.bytes()).run();
  rows_.put(id, slot.hash, writer_.bytes());
  if (!slot.stored) new_.push_back(&slot);
  slot.stored = true;
  slot.dirty = false;
  slot.queued = kNever;
}

void Entities::write_keys() {
  std::sort(new_.begin(), new_.end(), [](const Slot* a, const Slot* b) { return a->hash < b->hash; });
  for (const Slot* slot : new_) {
    for (uint64_t hash = slot->hash;; hash = (hash + 1) & kHashMask) {
      add_key_.bind(1, static_cast<int64_t>(hash)).bind(2, static_cast<int64_t>(slot->id)).run();
      if (add_key_.changes() == 1) break;
    }
  }
}

void Entities::write_members() {
  for (const Slot* slot : new_) {
    const auto kind = static_cast<int64_t>(names_.intern(slot->kind->name));
    add_member_.bind(1, kind).bind(2, static_cast<int64_t>(slot->id)).run();
  }
}

void Entities::write_back() {
  open_index_.write(arena_);
  dirty_.clear();
  new_.clear();
  removed_.clear();
  added_.clear();
  for (size_t i = 0; i < slots_.size(); ++i) {
    if (slots_[i].dirty) dirty_.push_back(&slots_[i]);
  }
  std::sort(dirty_.begin(), dirty_.end(), [](const Slot* a, const Slot* b) { return a->id < b->id; });
  for (Slot* slot : dirty_) write(*slot);
  write_members();
  write_keys();
  agenda_.write(removed_, added_);
}

void Entities::drop() {
  slots_.clear();
  open_index_.forget();
  arena_.reset();
}

void Entities::committed() {
  drop();
  agenda_.committed();
  committed_last_id_ = last_id_;
}

void Entities::rolled_back() {
  drop();
  agenda_.rolled_back();
  rows_.clear();
  last_id_ = committed_last_id_;
}

}  // namespace duban::ledger
