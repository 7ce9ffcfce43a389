// The field types of a catalog: `string|int|double|bool|date|timestamp|duration|area|unit|map|dyn`, `[type]`,
// `{ enum: [..] }` and `{ enum: LIST }`.
#pragma once

#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "cel/type.hpp"
#include "core/yaml.hpp"

namespace duban::event {

using Lists = std::unordered_map<std::string, std::vector<std::string>>;

/// One declared field. Areas and units are texts to expressions; the engine knows them by their names.
struct Field {
  cel::FieldDecl declaration;
  bool is_area = false;  // declared as `area` or `[area]`
};

/// Reads a type; reports what is not one and returns dyn.
Field read_field(const std::string& name, const yaml::Reader& type, const Lists& lists);
/// Reads a map of fields in file order. `taken` are names that may not be declared, with the reason.
std::vector<Field> read_fields(const yaml::Reader& fields, const Lists& lists,
                               const std::map<std::string, std::string>& taken);

/// Lower-case letters, digits and underscores, beginning with a letter: what an expression can name.
bool is_identifier(std::string_view name);

}  // namespace duban::event
