// Parser, checker, compiler and evaluator of the expression language on arbitrary text.
//
// Besides not crashing and not hanging: an issue lies within the text; an evaluation gives the same twice;
// what the checked program computes without error, the unchecked one computes too, or fails.
#include <cstdio>
#include <cstdlib>

#include "cel/program.hpp"
#include "cel/type.hpp"

namespace duban::cel {
namespace {

void require(bool holds, const char* what, std::string_view source) {
  if (holds) return;
  std::fprintf(stderr, "violated: %s\nexpression: %.*s\n", what, static_cast<int>(source.size()),
               source.data());
  std::abort();
}

struct World {
  Environment env;
  Arena memory;
  Value tags[2] = {Value::of("sewer_pipe"), Value::of("deep_excavation")};
  Value limit_fields[2] = {Value::of(10), Value::of("wd")};
  MapEntry entries[2] = {{Value::of("a"), Value::of(1)}, {Value::of("b"), Value::of("text")}};
  Value hazard_fields[10];
  Value variables[3];

  World() {
    using Base = Type::Base;
    const RecordType* limit =
        RecordType::make("limit", {{"n", Type::of(Base::integer)}, {"unit", Type::one_of({"d", "wd"})}});
    const RecordType* hazard = RecordType::make("hazard",
                                                {{"level", Type::one_of({"general", "major"})},
                                                 {"due", Type::of(Base::date)},
                                                 {"tags", Type::list_of(Type::of(Base::string))},
                                                 {"open", Type::of(Base::boolean)},
                                                 {"count", Type::of(Base::integer)},
                                                 {"at", Type::of(Base::timestamp)},
                                                 {"rate", Type::of(Base::floating)},
                                                 {"limit", Type::of_record(limit)},
                                                 {"title", Type::of(Base::string)},
                                                 {"others", Type::dyn()}},
                                                true);
    hazard_fields[0] = Value::of("general");
    hazard_fields[1] = Value::of(Date{19395});
    hazard_fields[2] = Value::of(std::span<const Value>(tags));
    hazard_fields[3] = Value::of(true);
    hazard_fields[4] = Value::of(3);
    hazard_fields[5] = Value::timestamp(1675760400, 500'000'000);
    hazard_fields[6] = Value::of(0.5);
    hazard_fields[7] = Value::of_record(limit, limit_fields);
    hazard_fields[9] = Value::of_map(entries);
    env.declare("hazard", Type::of_record(hazard));
    env.declare("m", Type::map_of(Type::of(Base::string), Type::dyn()));
    env.declare("x", Type::dyn());
    env.constant("const", Value::of_map(entries));
    env.add(
        {"twice", {Type::of(Base::integer)}, Type::of(Base::integer), [](Context&, std::span<const Value> a) {
           return Value::of(a[0].integer() / 2 * 2);
         }});
    variables[0] = Value::of_record(hazard, hazard_fields);
    variables[1] = Value::of_map(entries);
    variables[2] = Value::of(std::span<const Value>(tags));
  }
};

std::string evaluate(const Program& program, World& world) {
  Arena arena;
  Context context{arena};
  context.budget = 20'000;  // keeps one input below a millisecond or so
  Value v = program.evaluate(world.variables, context);
  return v.is_error() ? "error: " + std::string(v.text()) : to_json(v);
}

void check_places(const Compiled& compiled, std::string_view source) {
  for (const Issue& i : compiled.issues) {
    require(i.offset <= source.size() && i.length <= source.size() - i.offset,
            "an issue lies within the text", source);
    require(!i.code.empty() && !i.message.empty(), "an issue says what is wrong", source);
  }
  require(compiled.program ? compiled.issues.empty() : !compiled.issues.empty(), "a program or issues",
          source);
}

void run(std::string_view source) {
  static World world;
  Compiled checked = compile(source, world.env);
  Compiled unchecked = compile_unchecked(source, world.env);
  check_places(checked, source);
  check_places(unchecked, source);
  check_places(compile(source, world.env, Type::of(Type::Base::boolean)), source);
  for (const auto& [offset, text] : conjuncts(source)) {
    require(source.substr(offset, text.size()) == text, "a conjunct stands where it says", source);
  }
  if (unchecked.program) evaluate(*unchecked.program, world);
  if (!checked.program) return;
  std::string result = evaluate(*checked.program, world);
  require(result == evaluate(*checked.program, world), "an evaluation gives the same twice", source);
  if (result.starts_with("error:")) return;
  std::string other = evaluate(*unchecked.program, world);
  require(other == result || other.starts_with("error:"), "checked and unchecked agree", source);
}

}  // namespace
}  // namespace duban::cel

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  duban::cel::run({reinterpret_cast<const char*>(data), size});
  return 0;
}
