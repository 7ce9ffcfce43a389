#include <algorithm>
#include <cmath>

#include "case.hpp"
#include "cel/civil.hpp"

namespace duban::cel::conformance {
namespace {

double double_of(const std::string& text) {
  if (text == "inf" || text == "infinity" || text == "Infinity") return INFINITY;
  if (text == "-inf" || text == "-infinity" || text == "-Infinity") return -INFINITY;
  return std::strtod(text.c_str(), nullptr);
}

std::optional<Value> list_of(const Message& list, Arena& arena) {
  auto items = list.all("values");
  Value* room = arena.values(items.size());
  for (size_t i = 0; i < items.size(); ++i) {
    auto v = value_of(*items[i], arena);
    if (!v) return std::nullopt;
    room[i] = *v;
  }
  return Value::of(std::span<const Value>(room, items.size()));
}

std::optional<Value> map_of(const Message& map, Arena& arena) {
  auto entries = map.all("entries");
  MapEntry* room = arena.entries(entries.size());
  for (size_t i = 0; i < entries.size(); ++i) {
    auto key = value_of(*entries[i]->find("key"), arena);
    auto value = value_of(*entries[i]->find("value"), arena);
    if (!key || !value) return std::nullopt;
    room[i] = MapEntry{*key, *value};
  }
  std::sort(room, room + entries.size(),
            [](const MapEntry& a, const MapEntry& b) { return compare_keys(a.key, b.key) < 0; });
  return Value::of_map({room, entries.size()});
}

std::optional<Value> well_known(const Message& any) {
  if (any.fields.empty()) return std::nullopt;
  const auto& [name, body] = any.fields[0];
  auto number = [&](const char* field) {
    std::string text = body.text_of(field);
    return text.empty() ? int64_t{0} : std::stoll(text);
  };
  Nanoseconds total = static_cast<Nanoseconds>(number("seconds")) * 1'000'000'000 + number("nanos");
  if (name == "type.googleapis.com/google.protobuf.Timestamp") return make_timestamp(total);
  if (name == "type.googleapis.com/google.protobuf.Duration") return make_duration(total);
  return std::nullopt;
}

}  // namespace

std::optional<Value> value_of(const Message& value, Arena& arena) {
  if (value.fields.empty()) return std::nullopt;
  const auto& [kind, body] = value.fields[0];
  if (kind == "null_value") return Value::null();
  if (kind == "bool_value") return Value::of(body.text == "true");
  if (kind == "int64_value") return Value::of(int64_t{std::stoll(body.text, nullptr, 0)});
  if (kind == "uint64_value") return Value::of_unsigned(std::stoull(body.text, nullptr, 0));
  if (kind == "double_value") return Value::of(double_of(body.text));
  if (kind == "string_value") return Value::of(arena.copy(body.text));
  if (kind == "bytes_value") return Value::of_bytes(arena.copy(body.text));
  if (kind == "type_value") return Value::of_type(arena.copy(body.text));
  if (kind == "list_value") return list_of(body, arena);
  if (kind == "map_value") return map_of(body, arena);
  if (kind == "object_value") return well_known(body);
  return std::nullopt;
}

std::optional<Type> type_of(const Message& type) {
  using Base = Type::Base;
  if (type.fields.empty()) return std::nullopt;
  const auto& [kind, body] = type.fields[0];
  static constexpr std::pair<const char*, Base> kNames[] = {
      {"BOOL", Base::boolean},        {"INT64", Base::integer},    {"UINT64", Base::uinteger},
      {"DOUBLE", Base::floating},     {"STRING", Base::string},    {"BYTES", Base::bytes},
      {"TIMESTAMP", Base::timestamp}, {"DURATION", Base::duration}};
  if (kind == "primitive" || kind == "well_known") {
    for (const auto& [name, base] : kNames) {
      if (body.text == name) return Type::of(base);
    }
    return std::nullopt;
  }
  if (kind == "message_type" && body.text == "google.protobuf.Timestamp") return Type::of(Base::timestamp);
  if (kind == "message_type" && body.text == "google.protobuf.Duration") return Type::of(Base::duration);
  if (kind == "null") return Type::of(Base::null);
  if (kind == "dyn") return Type::dyn();
  if (kind == "type") return Type::of(Base::type);
  if (kind == "list_type") {
    const Message* element = body.find("elem_type");
    auto t = element ? type_of(*element) : Type::dyn();
    return t ? std::optional(Type::list_of(*t)) : std::nullopt;
  }
  if (kind == "map_type") {
    const Message *key = body.find("key_type"), *value = body.find("value_type");
    auto k = key ? type_of(*key) : Type::dyn();
    auto v = value ? type_of(*value) : Type::dyn();
    return k && v ? std::optional(Type::map_of(*k, *v)) : std::nullopt;
  }
  return std::nullopt;
}

bool identical(const Value& a, const Value& b) {
  if (a.kind() != b.kind()) return false;
  if (a.is(Kind::floating) && std::isnan(a.floating())) return std::isnan(b.floating());
  if (a.is(Kind::list)) {
    return std::equal(a.items().begin(), a.items().end(), b.items().begin(), b.items().end(), identical);
  }
  if (a.is(Kind::map)) {
    return std::equal(a.entries().begin(), a.entries().end(), b.entries().begin(), b.entries().end(),
                      [](const MapEntry& x, const MapEntry& y) {
                        return identical(x.key, y.key) && identical(x.value, y.value);
                      });
  }
  return equal(a, b);
}

}  // namespace duban::cel::conformance
