#include "event/conversion.hpp"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <cmath>

#include "core/diagnostic.hpp"

namespace duban::event {

using cel::Kind;
using cel::MapEntry;
using cel::Type;
using cel::Value;
using simdjson::dom::element;
using simdjson::dom::element_type;

namespace {

bool is_area_code(std::string_view text) {
  return text.size() >= 2 && text.size() <= 12 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::string joined(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "" : ", ") + name;
  return out;
}

}  // namespace

void Conversion::begin(cel::Arena& arena, std::vector<std::string>* warnings) {
  arena_ = &arena;
  warnings_ = warnings;
  path_.clear();
  fault_ = {};
}

Fault Conversion::fault(std::string_view where) const {
  return {fault_.code, fmt::format("{}{} {}", where, path_, fault_.reason)};
}

bool Conversion::fail_in(std::string_view key) {
  path_.insert(0, fmt::format(".{}", key.substr(0, 80)));
  return false;
}

bool Conversion::fail_at(size_t index) {
  path_.insert(0, fmt::format("[{}]", index));
  return false;
}

bool Conversion::fail(std::string_view code, std::string reason) {
  fault_ = {code, std::move(reason)};
  return false;
}

bool Conversion::expected(const Json& json, std::string_view what) {
  const std::string text = simdjson::minify(json);
  return fail(code::kBadField, fmt::format("is {}; expected {}", in_quotes(text), what));
}

bool Conversion::finish_map(std::span<MapEntry> entries, Value& out) {
  std::sort(entries.begin(), entries.end(),
            [](const MapEntry& a, const MapEntry& b) { return cel::compare_keys(a.key, b.key) < 0; });
  const auto twin =
      std::adjacent_find(entries.begin(), entries.end(),
                         [](const MapEntry& a, const MapEntry& b) { return a.key.text() == b.key.text(); });
  if (twin != entries.end()) {
    fail(code::kDuplicateKey, "is there twice; which one counts cannot be known, send it once");
    return fail_in(twin->key.text());
  }
  out = Value::of_map(entries);
  return true;
}

bool Conversion::convert_any(const Json& json, Value& out) {
  switch (json.type()) {
    case element_type::NULL_VALUE:
      out = Value::null();
      return true;
    case element_type::BOOL:
      out = Value::of(bool(json));
      return true;
    case element_type::INT64:
      out = Value::of(int64_t(json));
      return true;
    case element_type::UINT64:
      out = Value::of_unsigned(uint64_t(json));
      return true;
    case element_type::DOUBLE:
      out = Value::of(double(json));
      return true;
    case element_type::STRING:
      out = Value::of(arena_->copy(json.get_string().value_unsafe()));
      return true;
    case element_type::ARRAY:
      return convert_list(json, Type::dyn(), out);
    case element_type::OBJECT:
      return convert_map(json, Type::dyn(), out);
  }
  return expected(json, "a JSON value");
}

bool Conversion::convert(const Json& json, const Type& type, Value& out) {
  if (type.base == Type::Base::dyn) return convert_any(json, out);
  if (json.is_null()) {
    out = Value::absent();
    return true;
  }
  switch (type.base) {
    case Type::Base::boolean:
      if (!json.is_bool()) return expected(json, "true or false, without quotes");
      out = Value::of(bool(json));
      return true;
    case Type::Base::integer:
    case Type::Base::uinteger:
    case Type::Base::floating:
      return convert_number(json, type, out);
    case Type::Base::list:
      return convert_list(json, type, out);
    case Type::Base::map:
      return convert_map(json, type, out);
    case Type::Base::record:
      return convert_record(json, type, out);
    default:
      return convert_text(json, type, out);
  }
}

bool Conversion::convert_number(const Json& json, const Type& type, Value& out) {
  if (!json.is_number()) {
    return expected(
        json, type.base == Type::Base::floating ? "a number, without quotes" : "an integer, without quotes");
  }
  if (type.base == Type::Base::floating) {
    out = Value::of(json.is_double()  ? double(json)
                    : json.is_int64() ? double(int64_t(json))
                                      : double(uint64_t(json)));
    return true;
  }
  if (json.is_double()) {  // 3.0 is an integer, as in JSON Schema
    const double number = json;
    if (number != std::floor(number) || std::abs(number) > 9007199254740992.0)
      return expected(json, "an integer");
    out = Value::of(static_cast<int64_t>(number));
  } else if (json.is_int64()) {
    out = Value::of(int64_t(json));
  } else {
    if (type.base == Type::Base::integer) return expected(json, "an integer of 64 bits");
    out = Value::of_unsigned(uint64_t(json));
  }
  if (type.base == Type::Base::uinteger && out.is(Kind::integer)) {
    if (out.integer() < 0) return expected(json, "an integer that is not negative");
    out = Value::of_unsigned(static_cast<uint64_t>(out.integer()));
  }
  return true;
}

bool Conversion::convert_text(const Json& json, const Type& type, Value& out) {
  std::string_view text;
  if (json.get_string().get(text)) {
    const bool plain = type.base == Type::Base::string;
    return expected(json, plain ? "text, in quotes" : fmt::format("a {} as text, in quotes", type.str()));
  }
  if (type.base != Type::Base::string) return convert_parsed_text(text, type, json, out);
  out = Value::of(arena_->copy(text));
  if (type.values && std::find(type.values->begin(), type.values->end(), text) == type.values->end()) {
    warn_unknown(text, *type.values);
  }
  return true;
}

bool Conversion::convert_parsed_text(std::string_view text, const Type& type, const Json& json, Value& out) {
  if (type.base == Type::Base::date) {
    const auto date = Date::parse(text);
    if (!date) return expected(json, "a date that exists, as 2023-02-07");
    out = Value::of(*date);
  } else if (type.base == Type::Base::timestamp) {
    // A bare date would leave open whether the beginning or the end of the day is meant.
    const auto instant = text.size() > 10 ? zone_.parse(text) : std::nullopt;
    if (!instant) return expected(json, "a time as 2023-02-07T09:00:00+08:00");
    out = Value::of(*instant);
  } else if (type.base == Type::Base::duration) {
    const auto duration = parse_duration(text);
    if (!duration) return expected(json, "a duration as 30s, 90m, 24h or 10d");
    const int64_t ms = duration->count();
    out = Value::duration(ms / 1000, static_cast<uint32_t>(ms % 1000 * 1'000'000));
  } else {
    return expected(json, fmt::format("a {}", type.str()));
  }
  return true;
}

bool Conversion::convert_list(const Json& json, const Type& type, Value& out) {
  simdjson::dom::array array;
  if (json.get_array().get(array)) return expected(json, "a list, in [ ]");
  size_t size = 0;  // array.size() saturates at 0xFFFFFF
  for ([[maybe_unused]] const element item : array) ++size;
  Value* values = arena_->values(size);
  static const Type any = Type::dyn();
  const Type& of_items = type.element ? *type.element : any;
  size_t i = 0;
  for (const element item : array) {
    if (!convert(item, of_items, values[i])) return fail_at(i);
    if (values[i].is_absent()) return expected(item, "a value in the list"), fail_at(i);
    ++i;
  }
  out = Value::of(std::span<const Value>(values, size));
  return true;
}

bool Conversion::convert_map(const Json& json, const Type& type, Value& out) {
  simdjson::dom::object object;
  if (json.get_object().get(object)) return expected(json, "an object, in { }");
  size_t size = 0;
  for ([[maybe_unused]] const auto member : object) ++size;
  MapEntry* entries = arena_->entries(size);
  static const Type any = Type::dyn();
  const Type& of_values = type.element ? *type.element : any;
  size_t i = 0;
  for (const auto [key, value] : object) {
    entries[i].key = Value::of(arena_->copy(key));
    if (!convert(value, of_values, entries[i].value)) return fail_in(key);
    if (entries[i].value.is_absent()) entries[i].value = Value::null();
    ++i;
  }
  return finish_map({entries, size}, out);
}

bool Conversion::convert_record(const Json& json, const Type& type, Value& out) {
  simdjson::dom::object object;
  if (json.get_object().get(object)) return expected(json, "an object, in { }");
  const size_t size = type.record->fields.size();
  Value* fields = arena_->values(size);
  std::fill(fields, fields + size, Value::absent());
  std::vector<MapEntry> others;
  for (const auto [key, value] : object) {
    const int at = type.record->find(key);
    if (at < 0) {
      MapEntry& entry = others.emplace_back(MapEntry{Value::of(arena_->copy(key)), {}});
      if (!convert_any(value, entry.value)) return fail_in(key);
    } else if (!fields[at].is_absent()) {
      return fail(code::kDuplicateKey, "is there twice; send it once"), fail_in(key);
    } else if (!convert(value, type.record->fields[at].type, fields[at])) {
      return fail_in(key);
    }
  }
  if (type.record->open && !others.empty()) {
    MapEntry* entries = arena_->entries(others.size());
    std::copy(others.begin(), others.end(), entries);
    if (!finish_map({entries, others.size()}, fields[size - 1])) return false;
  }
  out = Value::of_record(type.record, fields);
  return true;
}

bool Conversion::check_area(const Value& value) {
  constexpr std::string_view kExpected = "expected a division code of 2 to 12 digits, in quotes, as '341004'";
  if (value.is(Kind::string)) {
    if (is_area_code(value.text())) return true;
    return fail(code::kBadField, fmt::format("is {}; {}", in_quotes(value.text()), kExpected));
  }
  if (!value.is(Kind::list)) return true;
  const auto items = value.items();
  for (size_t i = 0; i < items.size(); ++i) {
    if (!check_area(items[i])) return fail_at(i);
  }
  return true;
}

void Conversion::warn_unknown(std::string_view value, const std::vector<std::string>& known) {
  const std::string close = nearest(value, known);
  const std::string hint =
      close.empty() ? fmt::format("known are {}", joined(known)) : fmt::format("did you mean '{}'?", close);
  warnings_->push_back(fmt::format("is {}, which the catalog does not list; {}", in_quotes(value), hint));
}

}  // namespace duban::event
