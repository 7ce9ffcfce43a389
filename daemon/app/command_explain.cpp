#include "app/command_explain.hpp"

#include "app/exit_codes.hpp"
#include "app/explain.hpp"
#include "app/open_store.hpp"

namespace duban::app {
namespace {

/// Null, and told why, if there is no such rule or it is about other subjects.
const rule::Rule* find_rule(const ExplainArguments& arguments, const rule::Configuration& configuration,
                            Console& console) {
  const rule::Rule* rule = configuration.rules.find(arguments.rule);
  if (rule == nullptr) {
    std::vector<std::string> known;
    for (const auto& one : configuration.rules.rules) known.push_back(one->id);
    console.error << "--item: unknown rule '" << arguments.rule << "'; " << suggest(arguments.rule, known)
                  << '\n';
    return nullptr;
  }
  const size_t slash = arguments.subject.find('/');
  if (slash == std::string::npos || arguments.subject.substr(0, slash) == rule->subject->name) return rule;
  console.error << "--item: rule '" << rule->id << "' is about subjects of kind " << rule->subject->name
                << ", not about " << arguments.subject << '\n';
  return nullptr;
}

}  // namespace

int explain_command(const ExplainArguments& arguments, Console& console) {
  int code = kOk;
  const auto store = open_store(arguments.config, arguments.store, console, code);
  if (!store) return code;
  const auto& [settings, configuration] = store->loaded;
  std::optional<Explanation> explanation;
  if (arguments.alert.empty()) {
    const rule::Rule* rule = find_rule(arguments, *configuration, console);
    if (rule == nullptr) return kUsage;
    explanation = explain_item(store->files, *configuration, settings.sources, *rule, arguments.subject);
  } else {
    explanation = explain_alert(store->files, *configuration, settings.sources, arguments.alert);
  }
  if (!explanation) {
    console.error << "no alert '" << arguments.alert << "' in " << store->directory
                  << "; give the id as the alert's JSON has it\n";
    return kFindings;
  }
  console.out << (arguments.json ? explanation->dump(2) + "\n" : explanation_text(*explanation));
  return kOk;
}

}  // namespace duban::app
