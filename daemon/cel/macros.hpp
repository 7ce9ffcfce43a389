// Calls that are part of the language's grammar: has, all, exists, exists_one, map, filter, cel.bind.
#pragma once

#include <optional>

#include "cel/ast.hpp"

namespace duban::cel {

/// Turns a call into the form that it abbreviates, if it is a macro: `call` is changed in place. An issue if
/// it is one but malformed ("has" of something that is no field).
std::optional<Issue> expand_macro(Expr& call);

}  // namespace duban::cel
