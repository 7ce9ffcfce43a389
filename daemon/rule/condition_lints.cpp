#include <algorithm>
#include <map>
#include <optional>
#include <regex>
#include <set>

#include "rule/codes.hpp"
#include "rule/lints.hpp"
#include "rule/scope.hpp"

namespace duban::rule {
namespace {

/// What one operand of && says of one field: the values it may have, or that it is set or not.
struct Claim {
  std::string path;
  std::optional<std::set<std::string>> values;  // texts as written, with their quotes
  std::optional<bool> present;
};

std::set<std::string> literals(const std::string& list) {
  static const std::regex literal(R"('[^']*'|"[^"]*"|-?\d+)");
  std::set<std::string> found;
  for (auto it = std::sregex_iterator(list.begin(), list.end(), literal); it != std::sregex_iterator();
       ++it) {
    std::string text = it->str();
    if (text.front() == '"') text = "'" + text.substr(1, text.size() - 2) + "'";
    found.insert(std::move(text));
  }
  return found;
}

/// Understands `a.b == 'x'`, `a.b in ['x', 'y']`, `has(a.b)` and `!has(a.b)`; nothing else is claimed.
std::optional<Claim> claim_of(const std::string& term) {
  static const std::regex equal(R"(\s*([a-z_][\w.]*)\s*==\s*('[^']*'|"[^"]*"|-?\d+)\s*)");
  static const std::regex in(
      R"(\s*([a-z_][\w.]*)\s+in\s+\[\s*((?:'[^']*'|"[^"]*"|-?\d+)(?:\s*,\s*(?:'[^']*'|"[^"]*"|-?\d+))*)\s*\]\s*)");
  constexpr size_t kLongest = 1'000;  // the library matches by recursion, a frame for each character
  if (term.size() > kLongest) return {};
  static const std::regex has(R"(\s*(!?)\s*has\(\s*([\w.]+)\s*\)\s*)");
  std::smatch m;
  if (std::regex_match(term, m, equal) || std::regex_match(term, m, in))
    return Claim{m[1].str(), literals(m[2].str()), true};
  if (std::regex_match(term, m, has)) return Claim{m[2].str(), {}, m[1].length() == 0};
  return {};
}

/// The values each field may have if all operands hold; a field whose values run out makes that impossible.
std::optional<std::string> contradiction(const std::vector<std::pair<size_t, std::string>>& terms,
                                         std::map<std::string, std::set<std::string>>& allowed) {
  std::map<std::string, bool> present;
  for (const auto& [offset, term] : terms) {
    const auto claim = claim_of(term);
    if (!claim) continue;
    const auto [known, fresh] = present.emplace(claim->path, *claim->present);
    if (!fresh && known->second != *claim->present) return claim->path;
    if (!claim->values) continue;
    const auto [values, first] = allowed.emplace(claim->path, *claim->values);
    if (first) continue;
    std::set<std::string> both;
    std::set_intersection(values->second.begin(), values->second.end(), claim->values->begin(),
                          claim->values->end(), std::inserter(both, both.begin()));
    if (both.empty()) return claim->path;
    values->second = std::move(both);
  }
  return {};
}

void lint_contradiction(const yaml::Reader& condition) {
  if (!condition) return;
  std::map<std::string, std::set<std::string>> allowed;
  if (const auto path = contradiction(cel::conjuncts(condition.string()), allowed))
    condition.warning(codes::kNeverHolds,
                      "this condition never holds: what it asks of " + *path + " excludes itself",
                      "write || between alternatives");
}

/// `when` only in states in which the item ends at once.
void lint_ends_at_once(const ReadRule& read) {
  const Rule& rule = *read.rule;
  const yaml::Reader when = read.reader.get("when");
  if (!when || rule.trigger.kind == Trigger::Kind::event) return;
  const yaml::Reader until = read.reader.get("until");
  if (until && until.string() == when.string()) {
    until.warning(codes::kNeverHolds, "the item ends as soon as it opens: 'until' is the same as 'when'",
                  "write until: what ends it");
    return;
  }
  if (until) return;
  std::map<std::string, std::set<std::string>> allowed;
  contradiction(cel::conjuncts(when.string()), allowed);
  const auto states = allowed.find(rule.subject->name + ".state");
  if (states == allowed.end()) return;
  const bool all_done =
      std::none_of(states->second.begin(), states->second.end(), [&](const std::string& state) {
        return rule.subject->is_open(std::string_view(state).substr(1, state.size() - 2));
      });
  if (all_done)
    when.warning(codes::kNeverHolds,
                 "the item ends as soon as it opens: 'when' asks for states that are done",
                 "add until: what ends it");
}

bool reads(const cel::Program& program, int slot) { return program.reads_slot(slot); }

/// A span opens items for every subject that `when` accepts. Without a term that ties the two together each
/// span visits every entity of the kind.
void lint_narrowing(const ReadRule& read) {
  const Rule& rule = *read.rule;
  if (rule.trigger.kind == Trigger::Kind::none) return;
  const yaml::Reader trigger = read.reader.get("trigger");
  if (!rule.when) {
    trigger.warning(codes::kFullScan,
                    "nothing narrows this trigger: every " + rule.subject->name + " gets an item",
                    "add when: which of them it concerns");
    return;
  }
  const std::string whose = rule.subject->area >= 0 ? rule.subject->name : "unit";
  const bool tied = reads(*rule.when, kTrigger) && (reads(*rule.when, kSubject) || reads(*rule.when, kUnit));
  if (rule.trigger.kind == Trigger::Kind::event && !tied)
    trigger.warning(
        codes::kFullScan,
        "no term of 'when' ties " + rule.subject->name + " to the trigger: each span visits every one",
        "add a term such as within(" + whose + ".area, trigger.areas)");
}

}  // namespace

void lint_conditions(const ReadRule& read) {
  lint_contradiction(read.reader.get("when"));
  lint_contradiction(read.reader.get("until"));
  lint_contradiction(read.reader.get("trigger").get("when"));
  lint_contradiction(read.reader.get("done_by").get("when"));
  lint_ends_at_once(read);
  lint_narrowing(read);
}

}  // namespace duban::rule
