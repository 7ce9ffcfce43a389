// Message templates on arbitrary text: compiled, then rendered.
//
// Besides not crashing and not hanging: an issue lies within the text, and a message is one line of text,
// whatever the fields hold.
#include "base.hpp"
#include "core/utf8.hpp"
#include "require.hpp"
#include "rule/template.hpp"

namespace duban::fuzz {
namespace {

struct World {
  Base base;
  cel::Environment env = base.environment;
  cel::Value tags[2] = {cel::Value::of("sewer_pipe"), cel::Value::of("line\nbreak\x01")};
  cel::MapEntry entries[2] = {{cel::Value::of("name"), cel::Value::of("某茶叶加工厂")},
                              {cel::Value::of("tags"), cel::Value::of(std::span<const cel::Value>(tags))}};
  cel::Value variables[2] = {cel::Value::of_map(entries), cel::Value::of(Date{19395})};
  rule::Host host;

  World() {
    env.declare("unit", cel::Type::map_of(cel::Type::of(cel::Type::Base::string), cel::Type::dyn()));
    env.declare("due", cel::Type::of(cel::Type::Base::date));
    host.calendar = base.calendar.get();
  }
};

}  // namespace
}  // namespace duban::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  using namespace duban;
  static fuzz::World world;
  const std::string text(reinterpret_cast<const char*>(bytes), size);
  std::vector<cel::Issue> issues;
  const auto message = rule::Template::compile(text, world.env, issues);
  for (const cel::Issue& issue : issues)
    fuzz::require(issue.offset <= text.size() && issue.length <= text.size() - issue.offset,
                  "an issue lies within the text");
  if (!issues.empty()) return 0;
  cel::Arena arena;
  cel::Context context{arena, &world.host, &world.host.zone};
  context.budget = 20'000;
  std::vector<std::string> failures;
  const std::string said = message.render(world.variables, context, &failures);
  fuzz::require(text.find_first_of("\n\x01") != text.npos || said.find_first_of("\n\x01") == said.npos,
                "what fields bring in is one line of text");
  return 0;
}
