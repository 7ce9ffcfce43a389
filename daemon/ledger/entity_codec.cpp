#include "ledger/entity_codec.hpp"

#include <algorithm>

#include "cel/type.hpp"
#include "ledger/item_codec.hpp"
#include "ledger/value_codec.hpp"

namespace duban::ledger {

namespace {

constexpr uint8_t kFormat = 1;
constexpr size_t kSumBytes = 4;

// Which members differ from what they mostly are; the others take no room.
enum Has : uint64_t {
  kKnown = 1 << 0,
  kBegan = 1 << 1,
  kIndexed = 1 << 2,
  kExpires = 1 << 3,
  kJournal = 1 << 4,
  kRecent = 1 << 5,
  kItems = 1 << 6,
  kReopened = 1 << 7,
  kChain = 1 << 8,  // chain, its keys and its start
  kParked = 1 << 9,
  kProvisional = 1 << 10,
};
constexpr uint64_t kAllBits = (1 << 11) - 1;

uint64_t mask_of(const Entity& entity) {
  uint64_t mask = 0;
  const auto note = [&mask](bool is, uint64_t bit) { mask |= is ? bit : 0; };
  note(entity.known, kKnown);
  note(!entity.began_by.empty() || entity.began != Instant{}, kBegan);
  note(entity.indexed, kIndexed);
  note(entity.expires != kNever, kExpires);
  note(entity.journal != 0, kJournal);
  note(!entity.recent.empty(), kRecent);
  note(!entity.items.empty(), kItems);
  note(entity.reopened != 0, kReopened);
  note(!entity.chain.empty() || !entity.chain_keys.empty() || entity.chain_start != Instant{}, kChain);
  note(!entity.parked.empty(), kParked);
  note(!entity.provisional.empty(), kProvisional);
  return mask;
}

void write_waiting(Writer& out, const Entity& entity, uint64_t mask) {
  if (mask & kParked) {
    out.varint(entity.parked.size());
    for (const Parked& parked : entity.parked) {
      write_instant(out, parked.until, entity.changed);
      out.text(parked.topic);
      out.zigzag(parked.partition);
      out.zigzag(parked.offset);
      write_instant(out, parked.at, entity.changed);
      out.text(parked.event);
    }
  }
  if (mask & kProvisional) {
    out.varint(entity.provisional.size());
    for (const Provisional& provisional : entity.provisional) {
      out.zigzag(provisional.field);
      out.text(provisional.event);
    }
  }
}

void read_waiting(Reader& in, Entity& entity, uint64_t mask) {
  entity.parked.resize(mask & kParked ? in.count(6) : 0);
  for (Parked& parked : entity.parked) {
    parked.until = read_instant(in, entity.changed);
    parked.topic.assign(in.text());
    parked.partition = static_cast<int32_t>(in.zigzag());
    parked.offset = in.zigzag();
    parked.at = read_instant(in, entity.changed);
    parked.event.assign(in.text());
  }
  entity.provisional.resize(mask & kProvisional ? in.count(2) : 0);
  for (Provisional& provisional : entity.provisional) {
    provisional.field = static_cast<int32_t>(in.zigzag());
    provisional.event.assign(in.text());
  }
}

void write_header(Writer& out, const Entity& entity, uint64_t mask) {
  write_instant(out, entity.changed, Instant{});
  if (mask & kBegan) {
    out.text(entity.began_by);
    write_instant(out, entity.began, entity.changed);
  }
  if (mask & kExpires) write_instant(out, entity.expires, entity.changed);
  if (mask & kJournal) out.zigzag(entity.journal);
  if (mask & kReopened) out.zigzag(entity.reopened);
  if (mask & kRecent) {
    out.varint(entity.recent.size());
    for (const RecentEvent& event : entity.recent) {
      out.fixed64(event.identity);
      out.fixed64(event.content);
    }
  }
  if (mask & kChain) {
    out.text(entity.chain);
    write_instant(out, entity.chain_start, entity.changed);
    out.varint(entity.chain_keys.size());
    for (const std::string& key : entity.chain_keys) out.text(key);
  }
}

void read_header(Reader& in, Entity& entity, uint64_t mask) {
  entity.known = (mask & kKnown) != 0;
  entity.changed = read_instant(in, Instant{});
  entity.began_by.assign(mask & kBegan ? in.text() : std::string_view{});
  entity.began = mask & kBegan ? read_instant(in, entity.changed) : Instant{};
  entity.expires = mask & kExpires ? read_instant(in, entity.changed) : kNever;
  entity.journal = mask & kJournal ? in.zigzag() : 0;
  entity.reopened = mask & kReopened ? static_cast<int32_t>(in.zigzag()) : 0;
  entity.recent.resize(mask & kRecent ? in.count(16) : 0);
  for (RecentEvent& event : entity.recent) {
    event.identity = in.fixed64();
    event.content = in.fixed64();
  }
  entity.chain.assign(mask & kChain ? in.text() : std::string_view{});
  entity.chain_start = mask & kChain ? read_instant(in, entity.changed) : Instant{};
  entity.chain_keys.resize(mask & kChain ? in.count() : 0);
  for (std::string& key : entity.chain_keys) key.assign(in.text());
}

const Layout& read_body(Reader& in, const Layouts& layouts, cel::Arena& arena, Entity& entity) {
  if (in.byte() != kFormat) throw Damaged{"its format is not known"};
  const Layout* layout = layouts.find(in.varint());
  if (layout == nullptr) throw Damaged{"its layout is not known"};
  entity.key.assign(in.text());
  const uint64_t mask = in.varint();
  if ((mask & ~kAllBits) != 0) throw Damaged{"it has parts of no known kind"};
  read_header(in, entity, mask);
  entity.fields = arena.values(layout->fields.size());
  read_values(in, {entity.fields, layout->fields.size()}, arena);
  entity.indexed = (mask & kIndexed) != 0;
  entity.indexed_area.assign(entity.indexed ? in.text() : std::string_view{});
  entity.indexed_unit.assign(entity.indexed ? in.text() : std::string_view{});
  entity.items.resize(mask & kItems ? in.count(4) : 0);
  for (Item& item : entity.items) read_item(in, entity.began, item);
  read_waiting(in, entity, mask);
  for (const Provisional& provisional : entity.provisional) {
    const auto field = static_cast<size_t>(provisional.field);
    if (field >= layout->fields.size()) throw Damaged{"a provisional field is none of the row's"};
  }
  if (!in.at_end()) throw Damaged{"it does not end where it should"};
  return *layout;
}

}  // namespace

Instant agenda_of(const Entity& entity) {
  Instant earliest = entity.expires;
  for (const Item& item : entity.items) earliest = std::min(earliest, item.next);
  for (const Parked& parked : entity.parked) earliest = std::min(earliest, parked.until);
  return earliest;
}

int open_items(const Entity& entity) {
  return static_cast<int>(std::count_if(entity.items.begin(), entity.items.end(),
                                        [](const Item& item) { return item.is_open(); }));
}

void write_entity(Writer& out, const Entity& entity, const Layout& layout) {
  const uint64_t mask = mask_of(entity);
  out.byte(kFormat);
  out.varint(static_cast<uint64_t>(layout.id));
  out.text(entity.key);
  out.varint(mask);
  write_header(out, entity, mask);
  write_values(out, {entity.fields, layout.fields.size()});
  if (mask & kIndexed) {
    out.text(entity.indexed_area);
    out.text(entity.indexed_unit);
  }
  if (mask & kItems) {
    out.varint(entity.items.size());
    for (const Item& item : entity.items) write_item(out, item, entity.began);
  }
  write_waiting(out, entity, mask);
  out.fixed32(static_cast<uint32_t>(hash64(out.bytes())));
}

const Layout& read_entity(std::string_view doc, const Layouts& layouts, cel::Arena& arena, Entity& entity) {
  if (doc.size() < kSumBytes) throw Damaged{"it ends too early"};
  const std::string_view body = doc.substr(0, doc.size() - kSumBytes);
  Reader sum(doc.substr(body.size()));
  if (sum.fixed32() != static_cast<uint32_t>(hash64(body))) throw Damaged{"its checksum is wrong"};
  Reader in(body);
  const Layout& layout = read_body(in, layouts, arena, entity);
  entity.agenda = agenda_of(entity);
  return layout;
}

void translate(Entity& entity, const Layout& layout, cel::Arena& arena) {
  entity.kind = layout.current;
  if (layout.identical) return;
  const size_t n = layout.current->layout->fields.size();
  cel::Value* fields = arena.values(n);
  std::fill_n(fields, n, cel::Value::absent());
  for (size_t i = 0; i < layout.fields.size(); ++i) {
    if (layout.moved_to[i] >= 0) fields[layout.moved_to[i]] = entity.fields[i];
  }
  entity.fields = fields;
  std::erase_if(entity.provisional, [&](const Provisional& provisional) {
    const auto field = static_cast<size_t>(provisional.field);
    return field >= layout.moved_to.size() || layout.moved_to[field] < 0;
  });
  for (Provisional& provisional : entity.provisional) {
    provisional.field = layout.moved_to[static_cast<size_t>(provisional.field)];
  }
}

}  // namespace duban::ledger
