#include "ledger/entities.hpp"

#include <algorithm>
#include <cassert>

#include "cel/type.hpp"
#include "ledger/ledger.hpp"

namespace duban::ledger {

namespace {

constexpr size_t kMembersAtOnce = 512;

}  // namespace

Entities::Entities(Database& database, const Layouts& layouts, Names& names, Tallies& tallies,
                   size_t cached_rows)
    : database_(database),
      layouts_(layouts),
      names_(names),
      tallies_(tallies),
      agenda_(database, slots_),
      open_index_(database, names),
      select_row_(database, "SELECT doc FROM entity WHERE id = ?1", "reading an entity"),
      insert_row_(database, "INSERT INTO entity VALUES(?1, ?2)", "writing an entity"),
      update_row_(database, "UPDATE entity SET doc = ?2 WHERE id = ?1", "writing an entity"),
      select_key_(database, "SELECT entity FROM entity_key WHERE hash = ?1", "looking up an entity"),
      add_key_(database, "INSERT OR IGNORE INTO entity_key VALUES(?1, ?2)", "adding an entity"),
      add_member_(database, "INSERT INTO kind_member VALUES(?1, ?2)", "adding an entity"),
      select_members_(
          database, "SELECT entity FROM kind_member WHERE kind = ?1 AND entity > ?2 ORDER BY entity LIMIT ?3",
          "listing entities"),
      rows_(cached_rows) {
  last_id_ = committed_last_id_ = database.number("SELECT max(id) FROM entity", "reading the last entity");
}

void Entities::damaged(int64_t id, const char* reason) const {
  throw StorageError("ledger " + database_.path() + ": reading entity " + std::to_string(id) + ": " + reason +
                     "; expected a row as duban writes it: the file is damaged, restore a copy");
}

const Layout& Entities::decode(int64_t id, std::string_view doc, cel::Arena& arena, Entity& entity) {
  try {
    entity.id = EntityId{id};
    return read_entity(doc, layouts_, arena, entity);
  } catch (const Damaged& why) {
    damaged(id, why.reason);
  }
}

std::string_view Entities::read(int64_t id, cel::Arena& arena) {
  Rows rows(select_row_.bind(1, id));
  if (!rows.next()) return {};
  const std::string_view doc = select_row_.blob(0);
  if (doc.empty()) damaged(id, "it is empty");
  return arena.copy(doc);
}

void Entities::fill(int64_t id, std::string_view doc, cel::Arena& arena, Slot& slot) {
  const Layout& layout = decode(id, doc, arena, slot);
  if (layout.current == nullptr) {
    throw StorageError("ledger " + database_.path() + ": entity " + std::to_string(id) + " is of kind '" +
                       layout.kind + "', which the catalog in use does not have; put the kind back");
  }
  translate(slot, layout, arena);
  slot.hash = entity_hash(slot.kind->name, slot.key);
  slot.stored = true;
  slot.stored_agenda = slot.agenda;
  slot.stored_indexed = slot.indexed;
  slot.stored_area = arena.copy(slot.indexed_area);
  slot.stored_unit = arena.copy(slot.indexed_unit);
  slot.stored_known = slot.known;
  slot.stored_state = slot.state();
  slot.stored_open_items = open_items(slot);
}

Slot& Entities::load(int64_t id, std::string_view doc) {
  Slot& slot = slots_.add();
  try {
    fill(id, doc, arena_, slot);
  } catch (...) {
    slots_.drop_last();
    throw;
  }
  slots_.insert(slot);
  return slot;
}

Slot* Entities::load(int64_t id) {
  if (Slot* cached = slots_.find(id)) return cached;
  if (const RowCache::Row* row = rows_.by_id(id)) return &load(id, arena_.copy(row->doc));
  const std::string_view doc = read(id, arena_);
  if (doc.empty()) return nullptr;
  Slot& slot = load(id, doc);
  rows_.put(id, slot.hash, doc);
  return &slot;
}

Entity* Entities::find(const event::EntityKind& kind, std::string_view key) {
  uint64_t hash = entity_hash(kind.name, key);
  if (Slot* cached = slots_.find(kind, key, hash)) return cached;
  if (const RowCache::Row* row = rows_.by_hash(hash)) {
    const Slot* slot = load(row->id);
    if (slot->kind == &kind && slot->key == key) return load(row->id);
  }
  for (;; hash = (hash + 1) & kHashMask) {
    int64_t id = 0;
    {
      Rows rows(select_key_.bind(1, static_cast<int64_t>(hash)));
      if (!rows.next()) return nullptr;
      id = select_key_.integer(0);
    }
    Slot* slot = load(id);
    if (slot == nullptr) damaged(id, "its key is there, its row is not");
    if (slot->kind == &kind && slot->key == key) return slot;
  }
}

Entity& Entities::create(const event::EntityKind& kind, std::string_view key) {
  Slot& slot = slots_.add();
  slot.id = EntityId{++last_id_};
  slot.kind = &kind;
  slot.key.assign(key);
  slot.items.clear();
  const size_t n = kind.layout->fields.size();
  slot.fields = arena_.values(n);
  std::fill_n(slot.fields, n, cel::Value::absent());
  slot.fields[event::kKeyField] = cel::Value::of(arena_.copy(key));
  slot.hash = entity_hash(kind.name, key);
  slots_.insert(slot);
  touch(slot);
  return slot;
}

void Entities::touch(Entity& entity) {
  auto& slot = static_cast<Slot&>(entity);
  assert(slots_.find(static_cast<int64_t>(slot.id)) ==
         &slot);  // each() shows entities that are not for changing
  slot.dirty = true;
  slot.agenda = agenda_of(slot);
  agenda_.moved(slot);
}

void Entities::index(Entity& entity, bool open, std::string_view area, std::string_view unit) {
  if (!open) area = unit = {};
  if (entity.indexed == open && entity.indexed_area == area && entity.indexed_unit == unit) return;
  entity.indexed = open;
  entity.indexed_area.assign(area);
  entity.indexed_unit.assign(unit);
  open_index_.changed(static_cast<Slot&>(entity));
  touch(entity);
}

std::vector<EntityId> Entities::members(NameId kind, int64_t after_id, size_t limit) {
  if (database_.in_transaction()) write_back();
  Rows rows(select_members_.bind(1, static_cast<int64_t>(kind))
                .bind(2, after_id)
                .bind(3, static_cast<int64_t>(limit)));
  std::vector<EntityId> ids;
  while (rows.next()) ids.push_back(EntityId{select_members_.integer(0)});
  return ids;
}

void Entities::each(const event::EntityKind& kind, const std::function<void(Entity&)>& visit) {
  const NameId number = names_.intern(kind.name);
  cel::Arena scratch;
  Slot slot;
  for (int64_t last = 0;;) {
    const std::vector<EntityId> ids = members(number, last, kMembersAtOnce);
    if (ids.empty()) return;
    last = static_cast<int64_t>(ids.back());
    for (const EntityId member : ids) {
      const auto id = static_cast<int64_t>(member);
      Slot* entity = slots_.find(id);
      if (entity == nullptr) {
        const std::string_view doc = read(id, scratch);
        if (doc.empty()) damaged(id, "it is listed under its kind, its row is not there");
        fill(id, doc, scratch, slot);
        entity = &slot;
      }
      if (entity->known) visit(*entity);
    }
    scratch.reset();
  }
}

void Entities::each_row(const std::function<void(const Entity&, const Layout&)>& visit) {
  if (database_.in_transaction()) write_back();
  Statement select(database_, "SELECT id, doc FROM entity ORDER BY id", "reading the entities");
  Rows rows(select);
  cel::Arena scratch;
  Entity entity;
  while (rows.next()) {
    visit(entity, decode(select.integer(0), select.blob(1), scratch, entity));
    scratch.reset();
  }
}

}  // namespace duban::ledger
