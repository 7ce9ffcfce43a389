#include "rule/rule_set_reader.hpp"

#include <algorithm>
#include <map>

#include "rule/codes.hpp"
#include "rule/lints.hpp"
#include "rule/rule_reader.hpp"

namespace duban::rule {
namespace {

/// A rule with the place of its id, for findings that concern several rules.
struct Read {
  std::unique_ptr<Rule> rule;
  yaml::Reader reader;
};

void report_duplicates(std::vector<Read>& read) {
  std::map<std::string, Place> first;
  for (const Read& entry : read) {
    if (entry.rule->id.empty()) continue;
    const Place place = entry.reader.get("id").place();
    const auto [known, fresh] = first.emplace(entry.rule->id, place);
    if (!fresh)
      entry.reader.get("id").error(
          codes::kDuplicateRule, "rule '" + entry.rule->id + "' is declared twice",
          "the other is at " + known->second.file + ":" + std::to_string(known->second.line));
  }
}

void check_inheritance(const std::vector<Read>& read) {
  std::vector<std::string> ids;
  for (const Read& entry : read) ids.push_back(entry.rule->id);
  for (const Read& entry : read) {
    const std::string& from = entry.rule->inherits_level_from;
    if (!from.empty() && std::find(ids.begin(), ids.end(), from) == ids.end())
      entry.reader.get("inherits_level_from")
          .error(codes::kUnknownRule, "unknown rule '" + from + "'", suggest(from, ids));
  }
}

void build_indexes(RuleSet& set, const event::Catalog& catalog) {
  set.by_subject.resize(catalog.kinds().size());
  set.by_trigger.resize(catalog.events().size());
  set.by_evidence.resize(catalog.events().size());
  set.watched.resize(catalog.kinds().size());
  set.measures_of.resize(catalog.kinds().size());
  set.by_measure.resize(set.measures.size());
  for (const Measure& measure : set.measures)
    if (measure.counted()) set.measures_of[static_cast<size_t>(measure.subject->index)].push_back(&measure);
  const auto watch = [&](const event::EntityKind* kind) {
    if (kind != nullptr) set.watched[static_cast<size_t>(kind->index)] = true;
  };
  watch(catalog.kind("unit"));
  for (const auto& kind : catalog.kinds())
    if (kind->supersedes >= 0) watch(kind.get());  // what ends its predecessor is known wherever that lives
  for (size_t i = 0; i < set.rules.size(); ++i) {
    Rule& rule = *set.rules[i];
    rule.index = static_cast<int>(i);
    set.by_subject[static_cast<size_t>(rule.subject->index)].push_back(&rule);
    if (rule.trigger.event != nullptr) {
      set.by_trigger[static_cast<size_t>(rule.trigger.event->index)].push_back(&rule);
      watch(rule.trigger.event->kind);
    }
    if (rule.trigger.kind == Trigger::Kind::season) watch(catalog.kind("season"));
    if (rule.trigger.kind == Trigger::Kind::node) watch(catalog.kind("node"));
    for (const int measure : rule.trigger.measures)
      set.by_measure[static_cast<size_t>(measure)].push_back(&rule);
    if (rule.done_by) set.by_evidence[static_cast<size_t>(rule.done_by->event->index)].push_back(&rule);
  }
}

}  // namespace

RuleSet read_rules(const std::vector<yaml::Reader>& files, const Loading& loading) {
  Ladders ladders;
  for (const auto& file : files) ladders.read(file);
  std::vector<Read> read;
  for (const auto& file : files) {
    (void)file.get("measures");  // read before
    for (const yaml::Reader& entry : file.get("rules").items()) {
      if (auto rule = read_rule(entry, loading, ladders)) read.push_back({std::move(rule), entry});
    }
    file.finish();
  }
  report_duplicates(read);
  check_inheritance(read);
  ladders.warn_unused();
  std::stable_sort(read.begin(), read.end(),
                   [](const Read& a, const Read& b) { return a.rule->id < b.rule->id; });
  RuleSet set;
  set.measures = loading.measures;
  std::vector<ReadRule> places;
  for (Read& entry : read) {
    places.push_back({entry.rule.get(), entry.reader});
    set.rules.push_back(std::move(entry.rule));
  }
  if (!loading.out.has_errors()) lint(places, loading);
  build_indexes(set, loading.catalog);
  return set;
}

}  // namespace duban::rule
