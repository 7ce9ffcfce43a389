// Entities: a row each, found by id or by kind and key, decoded once per transaction and written back sorted.
#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "ledger/agenda.hpp"
#include "ledger/entity_codec.hpp"
#include "ledger/layouts.hpp"
#include "ledger/names.hpp"
#include "ledger/open_index.hpp"
#include "ledger/row_cache.hpp"
#include "ledger/slot.hpp"
#include "ledger/tallies.hpp"

namespace duban::ledger {

class Entities {
 public:
  /// `cached_rows`: how many rows are kept across transactions.
  Entities(Database& database, const Layouts& layouts, Names& names, Tallies& tallies, size_t cached_rows);

  Entity* find(const event::EntityKind& kind, std::string_view key);
  Entity* get(EntityId id) { return load(static_cast<int64_t>(id)); }
  Entity& create(const event::EntityKind& kind, std::string_view key);
  void touch(Entity& entity);
  void index(Entity& entity, bool open, std::string_view area, std::string_view unit);
  /// Ids of a kind's entities, open or not, in order.
  std::vector<EntityId> members(NameId kind, int64_t after_id, size_t limit);
  void each(const event::EntityKind& kind, const std::function<void(Entity&)>& visit);
  /// Every row in order of id, placeholders and rows of forgotten kinds too, as its layout has it; the entity
  /// is valid during the visit only.
  void each_row(const std::function<void(const Entity&, const Layout&)>& visit);
  int64_t last_id() const { return last_id_; }

  Agenda& agenda() { return agenda_; }
  OpenIndex& open_index() { return open_index_; }
  cel::Arena& arena() { return arena_; }

  /// Brings rows, indexes and counters to what the cache says; the cache stays.
  void write_back();
  /// The transaction is over: the cache is dropped.
  void committed();
  void rolled_back();
  /// Drops entities that were read outside a transaction.
  void drop();

 private:
  Slot* load(int64_t id);
  Slot& load(int64_t id, std::string_view doc);
  /// The row's bytes, copied into `arena`; empty if there is no such row.
  std::string_view read(int64_t id, cel::Arena& arena);
  /// Fills all members from a row's bytes, which live in `arena`; `slot` is in no table.
  void fill(int64_t id, std::string_view doc, cel::Arena& arena, Slot& slot);
  const Layout& decode(int64_t id, std::string_view doc, cel::Arena& arena, Entity& entity);
  void write(Slot& slot);
  void write_keys();
  void write_members();
  void count(Slot& slot);
  [[noreturn]] void damaged(int64_t id, const char* reason) const;

  Database& database_;
  const Layouts& layouts_;
  Names& names_;
  Tallies& tallies_;
  SlotTable slots_;
  cel::Arena arena_;
  Agenda agenda_;
  OpenIndex open_index_;
  Statement select_row_;
  Statement insert_row_;
  Statement update_row_;
  Statement select_key_;
  Statement add_key_;
  Statement add_member_;
  Statement select_members_;
  int64_t last_id_ = 0;
  int64_t committed_last_id_ = 0;
  Writer writer_;
  RowCache rows_;
  // Used by write_back, kept for their memory.
  std::vector<Slot*> dirty_;
  std::vector<Slot*> new_;
  std::vector<AgendaEntry> removed_;
  std::vector<AgendaEntry> added_;
};

}  // namespace duban::ledger
