// An entity as one row: header, fields by position, items.
#pragma once

#include "ledger/bytes.hpp"
#include "ledger/layouts.hpp"
#include "ledger/rows.hpp"

namespace duban::ledger {

/// The earliest instant at which something about this entity is due.
Instant agenda_of(const Entity& entity);
int open_items(const Entity& entity);

/// Appends the row's bytes to a cleared writer; `layout` is that of entity.kind.
void write_entity(Writer& out, const Entity& entity, const Layout& layout);

/// Fills an entity from a row, all but `id` and `kind`; fields stand as the row's layout has them. Texts
/// point into `doc`, which must live as long as the arena. What `entity` held is overwritten, its memory
/// reused. Throws Damaged.
const Layout& read_entity(std::string_view doc, const Layouts& layouts, cel::Arena& arena, Entity& entity);

/// Brings an entity as read from its row's layout to the catalog's, by field name.
void translate(Entity& entity, const Layout& layout, cel::Arena& arena);

}  // namespace duban::ledger
