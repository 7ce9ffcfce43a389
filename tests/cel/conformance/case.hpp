// One test of the conformance suite: what it declares and binds, and what must come out.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cel/program.hpp"
#include "textproto.hpp"

namespace duban::cel::conformance {

struct Outcome {
  bool passed = false;
  std::string detail;  // what came out instead
};

/// Why this test cannot apply here; empty if it does.
std::string reason_left_out(const Message& test);

Outcome run_case(const Message& test);

/// A cel.expr.Value. Empty if it needs a protobuf message.
std::optional<Value> value_of(const Message& value, Arena& arena);
/// A cel.expr.Type. Empty if it needs a protobuf message.
std::optional<Type> type_of(const Message& type);
/// As equality, but 1 and 1.0 differ, and NaN is NaN.
bool identical(const Value& a, const Value& b);

}  // namespace duban::cel::conformance
