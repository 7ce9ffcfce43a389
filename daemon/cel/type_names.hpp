// Types as values: what `type(x)` gives and `int`, `list`, `google.protobuf.Timestamp` name.
#pragma once

#include <optional>
#include <string_view>

#include "cel/value.hpp"

namespace duban::cel {

/// Of a value: "int", "null_type", "google.protobuf.Timestamp", a record's own name.
std::string_view type_name(const Value& v);
/// The type value that a (dotted) name stands for.
std::optional<Value> type_named(std::string_view name);

}  // namespace duban::cel
