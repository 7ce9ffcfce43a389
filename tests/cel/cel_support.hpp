// What the tests of the language share: a small register, and one-line compile and evaluate.
#pragma once

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "cel/program.hpp"
#include "cel/type.hpp"

namespace duban::cel {

/// A hazard, its unit, an event that may carry more than is declared, and a constant.
struct Register {
  const RecordType* limit = RecordType::make("limit", {{"n", Type::of(Type::Base::integer)}});
  const RecordType* hazard_type =
      RecordType::make("hazard", {{"level", Type::one_of({"general", "major"})},
                                  {"due", Type::of(Type::Base::date)},
                                  {"tags", Type::list_of(Type::one_of({"sewer_pipe", "deep_excavation"}))},
                                  {"open", Type::of(Type::Base::boolean)},
                                  {"title", Type::of(Type::Base::string)},
                                  {"count", Type::of(Type::Base::integer)},
                                  {"limit", Type::of_record(limit)},
                                  {"enterprise_id", Type::of(Type::Base::string)}});
  const RecordType* event_type =
      RecordType::make("event", {{"target", Type::of(Type::Base::string)}, {"others", Type::dyn()}}, true);
  Environment env;
  Arena arena;
  Value hazard_fields[8];
  Value event_fields[2];
  Value tags[2];
  MapEntry others[1];
  MapEntry extra[1];
  Value variables[3];

  Register() {
    env.declare("hazard", Type::of_record(hazard_type));
    env.declare("event", Type::of_record(event_type));
    env.declare("anything", Type::dyn());
    MapEntry rain[1] = {{Value::of("hours"), Value::of(24)}};
    MapEntry constants[1] = {{Value::of("rain"), Value::of_map(rain)}};
    env.constant("const", Value::of_map(constants));
    tags[0] = Value::of("sewer_pipe");
    tags[1] = Value::of("deep_excavation");
    hazard_fields[0] = Value::of("general");
    hazard_fields[1] = Value::of(Date::of(2023, 2, 7));
    hazard_fields[2] = Value::of(std::span<const Value>(tags));
    hazard_fields[3] = Value::of(true);
    hazard_fields[5] = Value::of(3);
    hazard_fields[7] = Value::of("E-1");
    event_fields[0] = Value::of("E-1");
    extra[0] = {Value::of("unit"), Value::of("d")};
    others[0] = {Value::of("limit"), Value::of_map(extra)};
    event_fields[1] = Value::of_map(others);
    variables[0] = Value::of_record(hazard_type, hazard_fields);
    variables[1] = Value::of_record(event_type, event_fields);
    variables[2] = Value::null();
  }

  Compiled compile(std::string_view source, const Type& expected = Type::dyn()) const {
    return cel::compile(source, env, expected);
  }

  Value evaluate(std::string_view source) {
    Compiled c = compile(source);
    for (const Issue& i : c.issues) {
      UNSCOPED_INFO(source << ": " << i.offset << " " << i.code << " " << i.message << "; " << i.hint);
    }
    REQUIRE(c.program);
    kept.push_back(c.program);
    Context context{arena};
    return c.program->evaluate(variables, context);
  }
  /// The result as JSON; an error as "error: its reason".
  std::string result(std::string_view source) {
    Value v = evaluate(source);
    return v.is_error() ? "error: " + std::string(v.text()) : to_json(v);
  }
  /// Each issue as "offset+length code message; hint", one per line.
  std::string issues(std::string_view source, const Type& expected = Type::dyn()) const {
    std::string out;
    for (const Issue& i : compile(source, expected).issues) {
      if (!out.empty()) out += '\n';
      out += std::to_string(i.offset) + "+" + std::to_string(i.length) + " " + i.code + " " + i.message;
      if (!i.hint.empty()) out += "; " + i.hint;
    }
    return out;
  }

  std::vector<std::shared_ptr<const Program>> kept;
};

}  // namespace duban::cel
