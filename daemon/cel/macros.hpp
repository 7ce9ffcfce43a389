// Calls that are part of the language's grammar: has, all, exists, exists_one, map, filter, cel.bind, and the
// forms with two variables (index and element, key and value) of the extension "comprehensions".
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "cel/ast.hpp"

namespace duban::cel {

/// Turns a call into the form that it abbreviates, if it is a macro: `call` is changed in place. An issue if
/// it is one but malformed ("has" of something that is no field).
std::optional<Issue> expand_macro(Expr& call);

/// How a macro over lists and maps is written, "list.exists(x, condition)"; empty for any other name.
std::string macro_usage(std::string_view name);

}  // namespace duban::cel
