#include "cel/value.hpp"

#include <algorithm>
#include <cstring>

#include "cel/type.hpp"
#include "core/time.hpp"

namespace duban::cel {

std::string_view Arena::copy(std::string_view text) {
  if (text.empty()) return {};
  char* room = static_cast<char*>(memory_.allocate(text.size(), 1));
  std::memcpy(room, text.data(), text.size());
  return {room, text.size()};
}

Value* Arena::values(size_t n) {
  return static_cast<Value*>(memory_.allocate(n * sizeof(Value), alignof(Value)));
}

MapEntry* Arena::entries(size_t n) {
  return static_cast<MapEntry*>(memory_.allocate(n * sizeof(MapEntry), alignof(MapEntry)));
}

Value Arena::copy(const Value& v) {
  switch (v.kind()) {
    case Kind::string:
      return Value::of(copy(v.text()));
    case Kind::bytes:
      return Value::of_bytes(copy(v.text()));
    case Kind::error:
      return Value::error(copy(v.text()));
    case Kind::type:
      return Value::of_type(copy(v.text()));
    case Kind::list: {
      Value* room = values(v.items().size());
      for (size_t i = 0; i < v.items().size(); ++i) room[i] = copy(v.items()[i]);
      return Value::of(std::span<const Value>(room, v.items().size()));
    }
    case Kind::map: {
      MapEntry* room = entries(v.entries().size());
      for (size_t i = 0; i < v.entries().size(); ++i) {
        room[i] = MapEntry{copy(v.entries()[i].key), copy(v.entries()[i].value)};
      }
      return Value::of_map({room, v.entries().size()});
    }
    case Kind::record: {
      const RecordType* type = v.record_type();
      Value* room = values(type->fields.size());
      for (size_t i = 0; i < type->fields.size(); ++i) room[i] = copy(v.fields()[i]);
      return Value::of_record(type, room);
    }
    default:
      return v;
  }
}

Value Value::of(Instant t) {
  int64_t ms = ms_of(t);
  int64_t seconds = ms / 1000;
  int64_t rest = ms % 1000;
  if (rest < 0) rest += 1000, --seconds;
  return timestamp(seconds, static_cast<uint32_t>(rest * 1'000'000));
}

Value Value::of(std::span<const Value> items) {
  Value v(Kind::list, int64_t{0}, static_cast<uint32_t>(items.size()));
  v.list_ = items.data();
  return v;
}

Value Value::of_map(std::span<const MapEntry> sorted) {
  Value v(Kind::map, int64_t{0}, static_cast<uint32_t>(sorted.size()));
  v.map_ = sorted.data();
  return v;
}

Value Value::of_record(const RecordType* type, const Value* fields) {
  Value v(Kind::record, int64_t{0}, static_cast<uint32_t>(type->fields.size()));
  v.list_ = fields;
  v.record_type_ = type->index;
  return v;
}

const RecordType* Value::record_type() const { return RecordType::by_index(record_type_); }

namespace {

Value find_entry(std::span<const MapEntry> entries, std::string_view key) {
  Value wanted = Value::of(key);
  auto at = std::lower_bound(entries.begin(), entries.end(), wanted,
                             [](const MapEntry& e, const Value& k) { return compare_keys(e.key, k) < 0; });
  if (at == entries.end() || compare_keys(at->key, wanted) != 0) return Value::absent();
  return at->value;
}

}  // namespace

Value Value::get(std::string_view key) const {
  if (is(Kind::map)) return find_entry(entries(), key);
  if (!is(Kind::record)) return absent();
  const RecordType* type = record_type();
  int position = type->find(key);
  if (position >= 0) return fields()[position];
  if (!type->open || type->fields.empty()) return absent();
  const Value& others = fields()[type->fields.size() - 1];
  return others.is(Kind::map) ? find_entry(others.entries(), key) : absent();
}

}  // namespace duban::cel
