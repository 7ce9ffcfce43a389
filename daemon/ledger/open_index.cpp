#include "ledger/open_index.hpp"

#include <algorithm>

namespace duban::ledger {

namespace {

/// The first text after all those that begin with `prefix`. UTF-8 has no byte 0xff, so the last can be
/// raised.
std::string after_prefix(std::string_view prefix) {
  std::string bound(prefix);
  bound.back() = static_cast<char>(static_cast<unsigned char>(bound.back()) + 1);
  return bound;
}

}  // namespace

OpenIndex::OpenIndex(Database& database, Names& names)
    : names_(names),
      add_area_(database, "INSERT OR IGNORE INTO open_area VALUES(?1, ?2, ?3)", "indexing open entities"),
      remove_area_(database, "DELETE FROM open_area WHERE kind = ?1 AND area = ?2 AND entity = ?3",
                   "indexing open entities"),
      select_area_(database,
                   "SELECT entity FROM open_area WHERE kind = ?1 AND (area, entity) > (?2, ?3) AND area < ?4 "
                   "ORDER BY area, entity LIMIT ?5",
                   "looking up open entities by area"),
      select_at_(database,
                 "SELECT entity FROM open_area WHERE kind = ?1 AND area = ?2 AND entity > ?3 "
                 "ORDER BY entity LIMIT ?4",
                 "looking up open entities by area"),
      add_unit_(database, "INSERT OR IGNORE INTO open_unit VALUES(?1, ?2, ?3)", "indexing open entities"),
      remove_unit_(database, "DELETE FROM open_unit WHERE kind = ?1 AND unit = ?2 AND entity = ?3",
                   "indexing open entities"),
      select_unit_(database,
                   "SELECT entity FROM open_unit WHERE kind = ?1 AND unit = ?2 AND entity > ?3 "
                   "ORDER BY entity LIMIT ?4",
                   "looking up open entities by unit") {}

void OpenIndex::write(Slot& slot, cel::Arena& arena) {
  const auto id = static_cast<int64_t>(slot.id);
  const auto kind = static_cast<int64_t>(names_.intern(slot.kind->name));
  const bool area_same = slot.indexed == slot.stored_indexed && slot.indexed_area == slot.stored_area;
  const bool unit_same = slot.indexed == slot.stored_indexed && slot.indexed_unit == slot.stored_unit;
  if (!area_same) {
    if (slot.stored_indexed) remove_area_.bind(1, kind).bind(2, slot.stored_area).bind(3, id).run();
    if (slot.indexed) add_area_.bind(1, kind).bind(2, slot.indexed_area).bind(3, id).run();
    slot.stored_area = arena.copy(slot.indexed_area);
  }
  if (!unit_same) {
    if (!slot.stored_unit.empty()) remove_unit_.bind(1, kind).bind(2, slot.stored_unit).bind(3, id).run();
    if (!slot.indexed_unit.empty()) add_unit_.bind(1, kind).bind(2, slot.indexed_unit).bind(3, id).run();
    slot.stored_unit = arena.copy(slot.indexed_unit);
  }
  slot.stored_indexed = slot.indexed;
}

void OpenIndex::write(cel::Arena& arena) {
  if (changed_.empty()) return;
  std::sort(changed_.begin(), changed_.end(), [](const Slot* a, const Slot* b) {
    return a->indexed_area != b->indexed_area ? a->indexed_area < b->indexed_area : a->id < b->id;
  });
  for (Slot* slot : changed_) write(*slot, arena);
  changed_.clear();
}

std::vector<EntityId> OpenIndex::in_area(NameId kind, std::string_view area, std::string_view after_area,
                                         int64_t after_id, size_t limit) {
  const bool begin = after_area < area;
  select_area_.bind(1, static_cast<int64_t>(kind))
      .bind(2, begin ? area : after_area)
      .bind(3, begin ? 0 : after_id);
  const std::string bound = area.empty() ? std::string{} : after_prefix(area);
  // Every text is less than the empty blob.
  area.empty() ? select_area_.bind_blob(4, {}) : select_area_.bind(4, bound);
  Rows rows(select_area_.bind(5, static_cast<int64_t>(limit)));
  std::vector<EntityId> found;
  while (rows.next()) found.push_back(EntityId{select_area_.integer(0)});
  return found;
}

namespace {

std::vector<EntityId> ids_of(Statement& select, NameId kind, std::string_view where, int64_t after_id,
                             size_t limit) {
  select.bind(1, static_cast<int64_t>(kind)).bind(2, where).bind(3, after_id);
  Rows rows(select.bind(4, static_cast<int64_t>(limit)));
  std::vector<EntityId> found;
  while (rows.next()) found.push_back(EntityId{select.integer(0)});
  return found;
}

}  // namespace

std::vector<EntityId> OpenIndex::at_area(NameId kind, std::string_view area, int64_t after_id, size_t limit) {
  return ids_of(select_at_, kind, area, after_id, limit);
}

std::vector<EntityId> OpenIndex::of_unit(NameId kind, std::string_view unit, int64_t after_id, size_t limit) {
  return ids_of(select_unit_, kind, unit, after_id, limit);
}

}  // namespace duban::ledger
