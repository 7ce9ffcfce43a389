#include "cel/type_names.hpp"

#include "cel/type.hpp"

namespace duban::cel {

std::string_view type_name(const Value& v) {
  switch (v.kind()) {
    case Kind::absent:
    case Kind::error:
    case Kind::null:
      return "null_type";
    case Kind::boolean:
      return "bool";
    case Kind::integer:
      return "int";
    case Kind::uinteger:
      return "uint";
    case Kind::floating:
      return "double";
    case Kind::string:
      return "string";
    case Kind::bytes:
      return "bytes";
    case Kind::timestamp:
      return "google.protobuf.Timestamp";
    case Kind::duration:
      return "google.protobuf.Duration";
    case Kind::date:
      return "date";
    case Kind::list:
      return "list";
    case Kind::map:
      return "map";
    case Kind::record:
      return v.record_type()->name;
    case Kind::type:
      return "type";
  }
  return "null_type";
}

std::optional<Value> type_named(std::string_view name) {
  for (const char* known :
       {"null_type", "bool", "int", "uint", "double", "string", "bytes", "google.protobuf.Timestamp",
        "google.protobuf.Duration", "date", "list", "map", "type"}) {
    if (name == known) return Value::of_type(known);
  }
  return std::nullopt;
}

}  // namespace duban::cel
