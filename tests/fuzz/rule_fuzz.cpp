// The loader of rule files, with its checks and lints, on arbitrary bytes.
//
// Besides not crashing and not hanging: findings lie within the text, and rules without errors are whole.
#include <algorithm>

#include "base.hpp"
#include "require.hpp"
#include "rule/rule_set_reader.hpp"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  using namespace duban;
  static const fuzz::Base base;
  const std::string text(reinterpret_cast<const char*>(bytes), size);
  Diagnostics found;
  const rule::RuleSet set =
      rule::read_rules({yaml::Reader::parse("fuzz.yaml", text, found)}, base.loading(found));
  fuzz::require_findings(found, "fuzz.yaml",
                         static_cast<int>(std::count(text.begin(), text.end(), '\n')) + 1);
  if (found.has_errors()) return 0;
  for (const auto& rule : set.rules) {
    fuzz::require(!rule->id.empty() && rule->subject != nullptr, "a sound rule has an id and a subject");
    fuzz::require(!rule->stages.empty(), "a sound rule says something");
    fuzz::require(set.find(rule->id) == rule.get(), "a rule is found by its id");
  }
  return 0;
}
