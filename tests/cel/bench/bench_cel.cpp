// What evaluations cost, in nanoseconds. Not run by ctest: bench_cel [rounds].
#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "cel/program.hpp"
#include "cel/type.hpp"

namespace duban::cel {
namespace {

void measure(const char* source, const Environment& env, std::span<const Value> variables, int rounds) {
  Compiled c = compile(source, env);
  if (!c.program) {
    std::printf("%s: %s\n", source, c.issues.front().message.c_str());
    return;
  }
  Arena arena;
  Context context{arena};
  int held = 0;
  auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < rounds; ++i) {
    if (i % 1000 == 0) arena.reset();
    context.budget = limits::kCelSteps;
    held += !c.program->evaluate(variables, context).is_error();
  }
  std::chrono::duration<double, std::nano> time = std::chrono::steady_clock::now() - begin;
  std::printf("%7.1f ns  %s%s\n", time.count() / rounds, source, held == rounds ? "" : "  (an error)");
}

void run(int rounds) {
  const Type text = Type::of(Type::Base::string);
  const RecordType* hazard = RecordType::make("hazard", {{"level", Type::one_of({"general", "major"})},
                                                         {"due", Type::of(Type::Base::date)},
                                                         {"area", text},
                                                         {"count", Type::of(Type::Base::integer)},
                                                         {"state", text},
                                                         {"tags", Type::list_of(text)},
                                                         {"title", text}});
  Environment env;
  env.declare("hazard", Type::of_record(hazard));
  Value tags[2] = {Value::of("deep_excavation"), Value::of("confined_space")};
  Value fields[7] = {Value::of("general"),      Value::of(Date::of(2023, 2, 7)),
                     Value::of("341004101205"), Value::of(3),
                     Value::of("rectifying"),   Value::of(std::span<const Value>(tags)),
                     Value::of("title")};
  Value variables[1] = {Value::of_record(hazard, fields)};
  for (const char* source :
       {"hazard.level == 'general' && has(hazard.due)",
        "hazard.count >= 2 && hazard.level == 'general' && hazard.state in ['a', 'b', 'c', 'd', 'e', 'f', "
        "'rectifying'] && hazard.area.startsWith('3410')",
        "hazard.tags.exists(t, t in ['sewer_pipe', 'deep_excavation', 'confined_space'])",
        "hazard.due < date('2023-03-01') && hazard.state != 'closed'", "hazard.area.matches(r'^3410\\d{8}$')",
        "'(' + hazard.title + ') ' + string(hazard.due)", "hazard.tags.map(t, t + '!')"}) {
    measure(source, env, variables, rounds);
  }
}

}  // namespace
}  // namespace duban::cel

int main(int argc, char** argv) { duban::cel::run(argc > 1 ? std::atoi(argv[1]) : 5'000'000); }
