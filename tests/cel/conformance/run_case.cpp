#include <algorithm>

#include "case.hpp"

namespace duban::cel::conformance {
namespace {

bool mentions(const Message& m, std::string_view name) {
  if (m.is_scalar) return false;
  return std::any_of(m.fields.begin(), m.fields.end(), [&](const auto& f) {
    return f.first.find(name) != std::string::npos || mentions(f.second, name);
  });
}

/// Declares a variable or a result of a message's type, of those that are messages here too.
bool names_message(const Message& m) {
  return std::any_of(m.fields.begin(), m.fields.end(), [](const auto& f) {
    bool native = f.second.text == "google.protobuf.Timestamp" || f.second.text == "google.protobuf.Duration";
    return (f.first == "message_type" && !native) || names_message(f.second);
  });
}

bool contains_any(const std::string& text, std::initializer_list<const char*> parts) {
  return std::any_of(parts.begin(), parts.end(),
                     [&](const char* part) { return text.find(part) != std::string::npos; });
}

/// Declares the case's variables and sets their values, by position.
std::vector<Value> declare(const Message& test, Environment& env, Arena& arena) {
  std::vector<Value> values;
  auto slot_of = [&](const std::string& name, const Type& type) {
    int slot = env.find(name);
    if (slot < 0) slot = env.declare(name, type);
    values.resize(env.variables().size());
    return static_cast<size_t>(slot);
  };
  for (const Message* declared : test.all("type_env")) {
    const Message* type = declared->find({"ident", "type"});
    if (type) slot_of(declared->text_of("name"), type_of(*type).value_or(Type::dyn()));
  }
  for (const Message* binding : test.all("bindings")) {
    size_t slot = slot_of(binding->text_of("key"), Type::dyn());
    values[slot] = value_of(*binding->find({"value", "value"}), arena).value_or(Value::absent());
  }
  return values;
}

std::string show(const Value& v) {
  return v.is_error() ? "error: " + std::string(v.text())
                      : to_json(v) + " of kind " + std::to_string(int(v.kind()));
}

/// "list(int)" of a Type as the suite writes it, to compare with what the checker deduced.
bool same_type(const Type& a, const Type& b) { return a.str() == b.str(); }

}  // namespace

std::string reason_left_out(const Message& test) {
  const std::string expr = test.text_of("expr");
  if (contains_any(expr, {"TestAllTypes", "GlobalEnum", "TestRequired"}) ||
      mentions(test, "conformance.proto") ||
      contains_any(expr,
                   {"google.protobuf.Any", "google.protobuf.Struct", "google.protobuf.Value",
                    "google.protobuf.ListValue", "Int32Value", "Int64Value", "UInt32Value", "UInt64Value",
                    "DoubleValue", "FloatValue", "BoolValue", "StringValue", "BytesValue"}) ||
      names_message(test) || mentions(test, "wrapper")) {
    return "builds, reads or names a protobuf message";
  }
  if (mentions(test, "enum_value")) return "needs a protobuf enum";
  if (contains_any(expr, {"optional.", ".?", "[?"}) || mentions(test, "abstract_type"))
    return "optional values and other opaque types";
  if (mentions(test, "function")) return "declares a function without an implementation";
  return {};
}

Outcome run_case(const Message& test) {
  Environment env;
  Arena arena;
  env.container(test.text_of("container"));
  std::vector<Value> variables = declare(test, env, arena);
  bool unchecked = test.text_of("disable_check") == "true";
  const std::string expr = test.text_of("expr");
  Compiled compiled = unchecked ? compile_unchecked(expr, env) : compile(expr, env);
  bool wants_error = test.find("eval_error") || test.find("any_eval_errors");
  if (!compiled.program) {
    const Issue& issue = compiled.issues.front();
    return {wants_error, "refused: " + issue.code + " " + issue.message + "; " + issue.hint};
  }
  if (const Message* deduced = test.find({"typed_result", "deduced_type"})) {
    auto type = type_of(*deduced);
    if (type && !same_type(*type, compiled.program->type())) {
      return {false, "type " + compiled.program->type().str() + " instead of " + type->str()};
    }
    if (test.text_of("check_only") == "true") return {true, ""};
  }
  Context context{arena};
  Value result = compiled.program->evaluate(variables, context);
  if (wants_error) return {result.is_error(), show(result)};
  const Message* value = test.find("value");
  if (!value) value = test.find({"typed_result", "result"});
  Value expected = value ? value_of(*value, arena).value_or(Value::absent()) : Value::of(true);
  return {identical(result, expected), show(result) + " instead of " + show(expected)};
}

}  // namespace duban::cel::conformance
