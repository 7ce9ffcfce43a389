#include "ledger/value_codec.hpp"

#include <algorithm>
#include <bit>
#include <cassert>
#include <vector>

#include "cel/type.hpp"

namespace duban::ledger {

using cel::Kind;
using cel::MapEntry;
using cel::Value;

namespace {

// A value begins with one byte: its tag in the low half, a small number in the high half, which is 15 if the
// number follows as a varint.
enum class Tag : uint8_t {
  absent = 0,  // number: how many in a row
  null = 1,
  boolean = 2,
  integer = 3,    // zigzag
  uinteger = 4,   // as it is
  floating = 5,   // 8 bytes follow
  string = 6,     // text code
  bytes = 7,      // length
  timestamp = 8,  // zigzag seconds; nanoseconds follow
  duration = 9,
  date = 10,  // zigzag days
  list = 11,  // length
  map = 12,   // entries
};

constexpr uint64_t kSmall = 15;
constexpr int kDeepest = 64;  // events nest at most limits::kEventDepth

uint64_t zigzag_of(int64_t value) {
  return (static_cast<uint64_t>(value) << 1) ^ static_cast<uint64_t>(value >> 63);
}
int64_t unzigzag(uint64_t value) {
  return static_cast<int64_t>(value >> 1) ^ -static_cast<int64_t>(value & 1);
}

void write_head(Writer& out, Tag tag, uint64_t number) {
  const uint64_t small = std::min(number, kSmall);
  out.byte(static_cast<uint8_t>(static_cast<uint64_t>(tag) | small << 4));
  if (small == kSmall) out.varint(number);
}

void write_value(Writer& out, const Value& v);

void write_text(Writer& out, std::string_view text) {
  const uint64_t code = out.text_code(text);
  write_head(out, Tag::string, code);
  if (code % 2 == 0) out.literal(text);
}

void write_record(Writer& out, const Value& v) {
  const cel::RecordType& type = *v.record_type();
  std::vector<MapEntry> present;
  for (size_t i = 0; i < type.fields.size(); ++i) {
    if (!v.fields()[i].is_absent())
      present.push_back({Value::of(std::string_view(type.fields[i].name)), v.fields()[i]});
  }
  std::sort(present.begin(), present.end(),
            [](const MapEntry& a, const MapEntry& b) { return cel::compare_keys(a.key, b.key) < 0; });
  write_value(out, Value::of_map(present));
}

void write_compound(Writer& out, const Value& v) {
  if (v.is(Kind::list)) {
    write_head(out, Tag::list, v.items().size());
    for (const Value& item : v.items()) write_value(out, item);
    return;
  }
  write_head(out, Tag::map, v.entries().size());
  for (const MapEntry& entry : v.entries()) {
    write_value(out, entry.key);
    write_value(out, entry.value);
  }
}

void write_value(Writer& out, const Value& v) {
  switch (v.kind()) {
    case Kind::absent:
      return write_head(out, Tag::absent, 1);
    case Kind::null:
      return write_head(out, Tag::null, 0);
    case Kind::boolean:
      return write_head(out, Tag::boolean, v.boolean() ? 1 : 0);
    case Kind::integer:
      return write_head(out, Tag::integer, zigzag_of(v.integer()));
    case Kind::uinteger:
      return write_head(out, Tag::uinteger, v.uinteger());
    case Kind::floating:
      write_head(out, Tag::floating, 0);
      return out.fixed64(std::bit_cast<uint64_t>(v.floating()));
    case Kind::string:
      return write_text(out, v.text());
    case Kind::bytes:
      write_head(out, Tag::bytes, v.text().size());
      return out.bytes(v.text());
    case Kind::timestamp:
      write_head(out, Tag::timestamp, zigzag_of(v.seconds()));
      return out.varint(v.nanos());
    case Kind::duration:
      write_head(out, Tag::duration, zigzag_of(v.seconds()));
      return out.varint(v.nanos());
    case Kind::date:
      return write_head(out, Tag::date, zigzag_of(v.date().days));
    case Kind::list:
    case Kind::map:
      return write_compound(out, v);
    case Kind::record:
      return write_record(out, v);
    case Kind::error:
    case Kind::type:
      assert(!"an error or a type is no content of an entity");
      return;
  }
}

struct Head {
  Tag tag;
  uint64_t number;
};

Head read_head(Reader& in) {
  const uint8_t byte = in.byte();
  const uint64_t small = byte >> 4;
  return {static_cast<Tag>(byte & 0x0f), small == kSmall ? in.varint() : small};
}

Value read_value(Reader& in, cel::Arena& arena, int depth);

uint32_t read_nanos(Reader& in) {
  const uint64_t nanos = in.varint();
  if (nanos >= 1'000'000'000) throw Damaged{"a fraction of a second is a second or more"};
  return static_cast<uint32_t>(nanos);
}

Value read_compound(Reader& in, Head head, cel::Arena& arena, int depth) {
  if (depth >= kDeepest) throw Damaged{"its lists are nested too deeply"};
  const bool map = head.tag == Tag::map;
  if (head.number > in.left() / (map ? 2 : 1)) throw Damaged{"a list is longer than the row"};
  const auto n = static_cast<size_t>(head.number);
  if (!map) {
    Value* items = arena.values(n);
    for (size_t i = 0; i < n; ++i) items[i] = read_value(in, arena, depth + 1);
    return Value::of(std::span<const Value>(items, n));
  }
  MapEntry* entries = arena.entries(n);
  for (size_t i = 0; i < n; ++i) {
    const Value key = read_value(in, arena, depth + 1);
    entries[i] = {key, read_value(in, arena, depth + 1)};
  }
  return Value::of_map({entries, n});
}

Value read_after(Reader& in, Head head, cel::Arena& arena, int depth) {
  switch (head.tag) {
    case Tag::absent:
      break;
    case Tag::null:
      return Value::null();
    case Tag::boolean:
      return Value::of(head.number != 0);
    case Tag::integer:
      return Value::of(unzigzag(head.number));
    case Tag::uinteger:
      return Value::of_unsigned(head.number);
    case Tag::floating:
      return Value::of(std::bit_cast<double>(in.fixed64()));
    case Tag::string:
      return Value::of(in.text(head.number));
    case Tag::bytes:
      if (head.number > in.left()) throw Damaged{"a text is longer than the row"};
      return Value::of_bytes(in.raw(static_cast<size_t>(head.number)));
    case Tag::timestamp:
      return Value::timestamp(unzigzag(head.number), read_nanos(in));
    case Tag::duration:
      return Value::duration(unzigzag(head.number), read_nanos(in));
    case Tag::date:
      return Value::of(Date{static_cast<int32_t>(unzigzag(head.number))});
    case Tag::list:
    case Tag::map:
      return read_compound(in, head, arena, depth);
    default:
      throw Damaged{"a value is of no known kind"};
  }
  if (head.number != 1) throw Damaged{"a run of absent values is too long"};
  return Value::absent();
}

Value read_value(Reader& in, cel::Arena& arena, int depth) {
  return read_after(in, read_head(in), arena, depth);
}

}  // namespace

void write_values(Writer& out, std::span<const Value> values) {
  for (size_t i = 0; i < values.size();) {
    if (!values[i].is_absent()) {
      write_value(out, values[i++]);
      continue;
    }
    size_t run = 0;
    while (i < values.size() && values[i].is_absent()) ++run, ++i;
    write_head(out, Tag::absent, run);
  }
}

void read_values(Reader& in, std::span<Value> room, cel::Arena& arena) {
  for (size_t i = 0; i < room.size();) {
    const Head head = read_head(in);
    if (head.tag != Tag::absent) {
      room[i++] = read_after(in, head, arena, 0);
      continue;
    }
    if (head.number == 0 || head.number > room.size() - i)
      throw Damaged{"a run of absent values is too long"};
    for (uint64_t n = 0; n < head.number; ++n) room[i++] = Value::absent();
  }
}

}  // namespace duban::ledger
