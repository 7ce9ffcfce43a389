#include <algorithm>
#include <map>
#include <set>

#include "rule/codes.hpp"
#include "rule/lints.hpp"
#include "rule/offset.hpp"

namespace duban::rule {
namespace {

std::string source_of(const Expression& expression) {
  return expression ? expression->source() : std::string();
}

/// What makes the items of two rules the same items at the same instants.
std::string circumstances(const Rule& rule) {
  const Trigger& trigger = rule.trigger;
  std::string text = rule.subject->name + '\n' + std::to_string(static_cast<int>(trigger.kind)) +
                     trigger.period + trigger.name + '\n' +
                     (trigger.event != nullptr ? trigger.event->name : "") + '\n' + source_of(trigger.when) +
                     '\n' + source_of(rule.when) + '\n';
  return text + (rule.due ? rule.due->source : "");
}

std::set<std::string> recipients(const Stage& stage) {
  std::set<std::string> names;
  for (const Recipient& to : stage.to) names.insert(to.source);
  return names;
}

bool says_the_same(const Stage& a, const Stage& b) {
  return a.level == b.level && same_instant(a.at, b.at) && source_of(a.condition) == source_of(b.condition) &&
         recipients(a) == recipients(b);
}

void compare(const ReadRule& first, const ReadRule& second) {
  for (const auto& [area, stages] : second.rule->stages) {
    for (const Stage& stage : stages) {
      const auto& others = first.rule->stages_for(area);
      const auto same =
          std::find_if(others.begin(), others.end(), [&](const Stage& s) { return says_the_same(s, stage); });
      if (same == others.end()) continue;
      second.reader.get("id").warning(codes::kSaidTwice,
                                      "rule '" + second.rule->id + "' tells the same people the same as '" +
                                          first.rule->id + "' at the same instant: stages '" + stage.id +
                                          "' and '" + same->id + "'",
                                      "give one of them another condition, time or recipient");
    }
  }
}

}  // namespace

void lint_duplicates(const std::vector<ReadRule>& rules) {
  std::map<std::string, std::vector<const ReadRule*>> alike;
  for (const ReadRule& read : rules) alike[circumstances(*read.rule)].push_back(&read);
  for (const auto& [unused, group] : alike) {
    for (size_t i = 0; i < group.size(); ++i) {
      for (size_t j = i + 1; j < group.size(); ++j) compare(*group[i], *group[j]);
    }
  }
}

}  // namespace duban::rule
