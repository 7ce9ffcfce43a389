// Names, types and overloads of a parsed expression.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "cel/ast.hpp"
#include "cel/overload.hpp"

namespace duban::cel {

struct Checked {
  std::vector<Issue> issues;
  std::vector<FieldRef> reads;
  std::optional<std::pair<FieldRef, FieldRef>> equality;
  /// The host's functions that are called; the tree points into it.
  std::shared_ptr<std::deque<Overload>> host_functions;
  int locals = 0;  // most loop variables alive at once
};

enum class Checking {
  full,
  syntax,  // every type is dyn, and unknown names are errors of the evaluation
};

/// Completes the tree in place.
Checked check(Expr& root, const Environment& env, const Type& expected, Checking checking);

/// Text of an expression's static type for a message: "string", or what is known of its name.
std::string describe(const Expr& e);

}  // namespace duban::cel
