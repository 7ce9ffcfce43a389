#include "event/field_table.hpp"

#include "cel/type.hpp"

namespace duban::event {
namespace {

size_t hash_of(std::string_view name) {
  uint64_t hash = 0xCBF29CE484222325ull;  // FNV-1a: the names are short
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3ull;
  return static_cast<size_t>(hash ^ hash >> 29);
}

}  // namespace

FieldTable::FieldTable(const EventType& type) {
  const auto& fields = type.layout->fields;
  const size_t end = fields.size() - (type.layout->open ? 1 : 0);
  size_t size = 8;
  while (size < 3 * end) size *= 2;
  slots_.resize(size);
  areas_.resize(fields.size());
  if (type.layout->open) others_ = static_cast<int>(end);
  for (const int position : type.areas) areas_[static_cast<size_t>(position)] = true;
  for (size_t i = kFirstDataField; i < end; ++i) {
    size_t at = hash_of(fields[i].name) & (size - 1);
    while (slots_[at].position >= 0) at = (at + 1) & (size - 1);
    slots_[at] = {fields[i].name, static_cast<int>(i)};
  }
}

int FieldTable::find(std::string_view name) const {
  for (size_t at = hash_of(name) & (slots_.size() - 1);; at = (at + 1) & (slots_.size() - 1)) {
    const Slot& slot = slots_[at];
    if (slot.position < 0 || slot.name == name) return slot.position;
  }
}

}  // namespace duban::event
