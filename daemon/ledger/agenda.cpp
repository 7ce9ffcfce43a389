#include "ledger/agenda.hpp"

#include <algorithm>
#include <functional>
#include <iterator>

namespace duban::ledger {

namespace {

/// Rows read at once; a burst reads on.
constexpr int64_t kReadAhead = 4'096;
/// A window that has grown beyond this is cut: memory stays bounded, the rest is read again later.
constexpr size_t kLongestWindow = 4 * kReadAhead;

}  // namespace

Agenda::Agenda(Database& database, const SlotTable& slots)
    : slots_(slots),
      select_(database,
              "SELECT at, entity FROM agenda WHERE (at, entity) > (?1, ?2) ORDER BY at, entity LIMIT ?3",
              "reading the agenda"),
      insert_(database, "INSERT INTO agenda VALUES(?1, ?2)", "adding to the agenda"),
      remove_(database, "DELETE FROM agenda WHERE at = ?1 AND entity = ?2", "removing from the agenda") {}

bool Agenda::superseded(const AgendaEntry& entry) const {
  const Slot* slot = slots_.find(entry.entity);
  return slot != nullptr && slot->dirty;
}

bool Agenda::current(const AgendaEntry& entry) const {
  const Slot* slot = slots_.find(entry.entity);
  return slot != nullptr && slot->dirty && slot->agenda == entry.at;
}

void Agenda::moved(Slot& slot) {
  if (slot.queued == slot.agenda) return;
  slot.queued = slot.agenda;
  if (slot.agenda == kNever) return;
  changed_.push_back({slot.agenda, static_cast<int64_t>(slot.id)});
  std::push_heap(changed_.begin(), changed_.end(), std::greater<>());
}

void Agenda::read_more() {
  const AgendaEntry last =
      window_.empty() ? AgendaEntry{instant_of_ms(INT64_MIN), INT64_MIN} : window_.back();
  Rows rows(select_.bind(1, ms_of(last.at)).bind(2, last.entity).bind(3, kReadAhead));
  int64_t n = 0;
  for (; rows.next(); ++n) window_.push_back({instant_of_ms(select_.integer(0)), select_.integer(1)});
  complete_ = n < kReadAhead;
}

const AgendaEntry* Agenda::in_window(size_t& from) {
  for (;; ++from) {
    if (from >= window_.size()) {
      if (complete_) return nullptr;
      read_more();
      if (from >= window_.size()) return nullptr;
    }
    if (!superseded(window_[from])) return &window_[from];
  }
}

Instant Agenda::next() {
  while (!changed_.empty() && !current(changed_.front())) {
    std::pop_heap(changed_.begin(), changed_.end(), std::greater<>());
    changed_.pop_back();
  }
  const AgendaEntry* stored = in_window(head_);
  const Instant at = stored != nullptr ? stored->at : kNever;
  return changed_.empty() ? at : std::min(at, changed_.front().at);
}

std::vector<EntityId> Agenda::due(Instant until, size_t limit) {
  std::vector<AgendaEntry> changed;  // due and current, in order, each once
  while (!changed_.empty() && changed_.front().at <= until && changed.size() < limit) {
    const AgendaEntry first = changed_.front();
    std::pop_heap(changed_.begin(), changed_.end(), std::greater<>());
    changed_.pop_back();
    if (current(first) && (changed.empty() || changed.back() != first)) changed.push_back(first);
  }
  std::vector<EntityId> result;
  auto of_changed = changed.begin();
  in_window(head_);
  size_t at = head_;
  while (result.size() < limit) {
    const AgendaEntry* stored = in_window(at);
    if (stored != nullptr && stored->at > until) stored = nullptr;
    if (stored != nullptr && (of_changed == changed.end() || *stored < *of_changed)) {
      result.push_back(EntityId{stored->entity});
      ++at;
    } else if (of_changed != changed.end()) {
      result.push_back(EntityId{(of_changed++)->entity});
    } else {
      break;
    }
  }
  for (const AgendaEntry& entry : changed) {
    changed_.push_back(entry);
    std::push_heap(changed_.begin(), changed_.end(), std::greater<>());
  }
  return result;
}

void Agenda::write(std::vector<AgendaEntry>& removed, std::vector<AgendaEntry>& added) {
  std::sort(removed.begin(), removed.end());
  std::sort(added.begin(), added.end());
  write_sorted(removed, added);
  update_window(removed, added);
  changed_.clear();
}

/// In one pass, so that each page is visited once.
void Agenda::write_sorted(const std::vector<AgendaEntry>& removed, const std::vector<AgendaEntry>& added) {
  auto gone = removed.begin();
  auto here = added.begin();
  while (gone != removed.end() || here != added.end()) {
    const bool remove = here == added.end() || (gone != removed.end() && *gone < *here);
    const AgendaEntry& entry = remove ? *gone++ : *here++;
    (remove ? remove_ : insert_).bind(1, ms_of(entry.at)).bind(2, entry.entity).run();
  }
}

void Agenda::update_window(const std::vector<AgendaEntry>& removed, const std::vector<AgendaEntry>& added) {
  head_ = 0;
  if (window_.empty() && !complete_) return;
  const auto within = [&](const std::vector<AgendaEntry>& entries) {
    return complete_ ? entries.end() : std::upper_bound(entries.begin(), entries.end(), window_.back());
  };
  const auto removed_end = within(removed);
  const auto added_end = within(added);
  if (removed_end == removed.begin() && added_end == added.begin()) return;
  std::vector<AgendaEntry>& left = spare_;
  left.clear();
  std::set_difference(window_.begin(), window_.end(), removed.begin(), removed_end, std::back_inserter(left));
  window_.clear();
  std::merge(left.begin(), left.end(), added.begin(), added_end, std::back_inserter(window_));
  if (window_.size() <= kLongestWindow) return;
  window_.resize(kReadAhead);
  complete_ = false;
}

void Agenda::committed() {
  changed_.clear();
  head_ = 0;
}

void Agenda::rolled_back() {
  committed();
  window_.clear();
  complete_ = false;
}

}  // namespace duban::ledger
