#include "event/catalog_types.hpp"

#include <algorithm>

#include "event/codes.hpp"

namespace duban::event {
namespace {

using cel::Type;

struct Named {
  const char* name;
  Type type;
};

const std::vector<Named>& simple_types() {
  static const std::vector<Named> types = {
      {"string", Type::of(Type::Base::string)},
      {"int", Type::of(Type::Base::integer)},
      {"double", Type::of(Type::Base::floating)},
      {"bool", Type::of(Type::Base::boolean)},
      {"date", Type::of(Type::Base::date)},
      {"timestamp", Type::of(Type::Base::timestamp)},
      {"duration", Type::of(Type::Base::duration)},
      {"area", Type::of(Type::Base::string)},
      {"unit", Type::of(Type::Base::string)},
      {"map", Type::map_of(Type::of(Type::Base::string), Type::dyn())},
      {"dyn", Type::dyn()},
  };
  return types;
}

Type read_simple(const yaml::Reader& type) {
  const std::string name = type.string();
  std::vector<std::string> names;
  for (const Named& known : simple_types()) {
    if (name == known.name) return known.type;
    names.emplace_back(known.name);
  }
  type.error(codes::kUnknownType, "unknown type '" + name + "'", suggest(name, names));
  return Type::dyn();
}

/// `{ enum: [..] }` or `{ enum: LIST }`.
Type read_enum(const yaml::Reader& type, const Lists& lists) {
  const yaml::Reader values = type.required("enum");
  type.finish();
  if (values.is_list()) {
    auto names = values.strings();
    if (names.empty()) values.error(codes::kUnknownType, "an enum without values", "name at least one");
    return Type::one_of(std::move(names));
  }
  if (!values) return Type::dyn();
  const std::string name = values.string();
  if (const auto list = lists.find(name); list != lists.end()) return Type::one_of(list->second);
  std::vector<std::string> known;
  for (const auto& [list, unused] : lists) known.push_back(list);
  std::sort(known.begin(), known.end());
  values.error(codes::kUnknownList, "unknown list '" + name + "'", suggest(name, known));
  return Type::of(Type::Base::string);
}

Type read_type(const yaml::Reader& type, const Lists& lists) {
  if (type.is_map()) return read_enum(type, lists);
  if (!type.is_list()) return read_simple(type);
  const auto items = type.items();
  if (items.size() == 1) return Type::list_of(read_type(items[0], lists));
  type.error(codes::kUnknownType, "a list type has " + std::to_string(items.size()) + " element types",
             "write one, as in [string]");
  return Type::list_of(Type::dyn());
}

}  // namespace

bool is_identifier(std::string_view name) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; };
  const auto inner = [&](char c) { return letter(c) || (c >= '0' && c <= '9'); };
  return !name.empty() && letter(name[0]) && std::all_of(name.begin(), name.end(), inner);
}

Field read_field(const std::string& name, const yaml::Reader& type, const Lists& lists) {
  if (!type) {
    type.diagnostics().error(codes::kUnknownType, type.key_place(), "field '" + name + "' has no type",
                             "write one, such as string or date");
    return {{name, Type::dyn()}, false};
  }
  const auto items = type.is_list() ? type.items() : std::vector<yaml::Reader>{type};
  const bool is_area = items.size() == 1 && items[0].is_scalar() && items[0].string() == "area";
  return {{name, read_type(type, lists)}, is_area};
}

std::vector<Field> read_fields(const yaml::Reader& fields, const Lists& lists,
                               const std::map<std::string, std::string>& taken) {
  std::vector<Field> read;
  if (!fields) return read;
  Diagnostics& out = fields.diagnostics();
  for (const auto& [name, type] : fields.entries()) {
    const auto reserved = taken.find(name);
    if (reserved != taken.end()) {
      out.error(codes::kBadName, type.key_place(), "field '" + name + "' cannot be declared",
                reserved->second);
    } else if (!is_identifier(name)) {
      out.error(codes::kBadName, type.key_place(), "'" + name + "' is not a field name",
                "use lower-case letters, digits and underscores");
    } else {
      read.push_back(read_field(name, type, lists));
    }
  }
  return read;
}

}  // namespace duban::event
