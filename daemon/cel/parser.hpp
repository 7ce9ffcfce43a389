// From text to tree: the grammar of cel-spec/doc/langdef.md, except the construction of protobuf messages.
#pragma once

#include <string_view>
#include <vector>

#include "cel/ast.hpp"

namespace duban::cel {

struct Parsed {
  ExprPtr root;  // null after a syntax error
  std::vector<Issue> issues;
};

Parsed parse(std::string_view source);

}  // namespace duban::cel
