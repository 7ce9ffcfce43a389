#include "rule/constants.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "event/catalog_types.hpp"
#include "rule/codes.hpp"

namespace duban::rule {
namespace {

using cel::Value;

/// A scalar typed as YAML 1.2 does: what looks like a number is one unless it is quoted.
Value scalar(const yaml::Reader& reader, cel::Arena& arena) {
  const std::string text = reader.string();
  if (reader.quoted()) return Value::of(arena.copy(text));
  if (text == "true" || text == "false") return Value::of(text == "true");
  int64_t whole = 0;
  const char* end = text.data() + text.size();
  if (const auto read = std::from_chars(text.data(), end, whole); read.ec == std::errc() && read.ptr == end)
    return Value::of(whole);
  double number = 0;
  if (const auto read = std::from_chars(text.data(), end, number);
      read.ec == std::errc() && read.ptr == end && std::isfinite(number))
    return Value::of(number);
  return Value::of(arena.copy(text));
}

Value read_value(const yaml::Reader& reader, const std::string& name, ConstantTexts& texts,
                 cel::Arena& arena) {
  if (reader.is_list()) {
    const auto items = reader.items();
    Value* values = arena.values(items.size());
    for (size_t i = 0; i < items.size(); ++i)
      values[i] = read_value(items[i], name + "." + std::to_string(i), texts, arena);
    return Value::of(std::span<const Value>(values, items.size()));
  }
  if (!reader.is_map()) {
    if (reader) texts[name] = reader.string();
    return reader ? scalar(reader, arena) : Value::null();
  }
  std::vector<cel::MapEntry> entries;
  for (const auto& [key, value] : reader.entries()) {
    if (!event::is_identifier(key))
      reader.diagnostics().error(codes::kBadConstants, value.key_place(),
                                 "'" + key + "' cannot be a constant's name",
                                 "use lower-case letters, digits and underscores");
    entries.push_back(
        {Value::of(arena.copy(key)), read_value(value, name.empty() ? key : name + "." + key, texts, arena)});
  }
  std::sort(entries.begin(), entries.end(),
            [](const auto& a, const auto& b) { return cel::compare_keys(a.key, b.key) < 0; });
  cel::MapEntry* sorted = arena.entries(entries.size());
  std::copy(entries.begin(), entries.end(), sorted);
  return Value::of_map({sorted, entries.size()});
}

}  // namespace

ConstantTexts read_constants(const yaml::Reader& constants, cel::Environment& env) {
  ConstantTexts texts;
  cel::Arena arena;
  if (constants && !constants.is_map())
    constants.error(codes::kBadConstants, "constants are a map from name to value", "write NAME: VALUE");
  env.constant("const", constants.is_map() ? read_value(constants, "", texts, arena) : Value::of_map({}));
  return texts;
}

}  // namespace duban::rule
