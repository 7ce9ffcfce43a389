// The earliest instants of entities: a table with one row per entity that has one, a window of its first rows
// in memory, and over it what the open transaction has changed and not yet written.
#pragma once

#include <compare>
#include <cstdint>
#include <vector>

#include "ledger/database.hpp"
#include "ledger/slot.hpp"

namespace duban::ledger {

struct AgendaEntry {
  Instant at{};
  int64_t entity = 0;
  auto operator<=>(const AgendaEntry&) const = default;
};

class Agenda {
 public:
  /// An entity that `slots` holds dirty counts with its own agenda, not with its row's.
  Agenda(Database& database, const SlotTable& slots);

  /// A dirty slot's agenda is new or has changed.
  void moved(Slot& slot);

  Instant next();
  /// In order of (instant, id).
  std::vector<EntityId> due(Instant until, size_t limit);

  /// Writes the changes, sorted; nothing is dirty any more.
  void write(std::vector<AgendaEntry>& removed, std::vector<AgendaEntry>& added);
  /// The transaction is over: its changes are written, or gone.
  void committed();
  void rolled_back();

 private:
  void write_sorted(const std::vector<AgendaEntry>& removed, const std::vector<AgendaEntry>& added);
  bool superseded(const AgendaEntry& entry) const;
  bool current(const AgendaEntry& entry) const;
  void read_more();
  void update_window(const std::vector<AgendaEntry>& removed, const std::vector<AgendaEntry>& added);
  /// The first entry of the window from `from` on that counts; read on if needed. Null at the end.
  const AgendaEntry* in_window(size_t& from);

  const SlotTable& slots_;
  Statement select_;
  Statement insert_;
  Statement remove_;
  // Rows of the table from its first one on, as far as `complete_` or the last of them.
  std::vector<AgendaEntry> window_;
  bool complete_ = false;
  size_t head_ = 0;  // those before it are superseded
  std::vector<AgendaEntry> spare_;
  // Heap of the agendas of dirty slots, the earliest first; outdated entries stay until they come up.
  std::vector<AgendaEntry> changed_;
};

}  // namespace duban::ledger
