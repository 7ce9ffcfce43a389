#include "rule/alert_facts.hpp"

#include <algorithm>

#include "rule/functions.hpp"

namespace duban::rule {
namespace {

using cel::Type;
using cel::Value;
using Base = Type::Base;

enum AlertField : int {
  kRule,
  kStageId,
  kKind,
  kSubjectId,
  kUnitId,
  kArea,
  kIndustry,
  kAlertLevel,
  kAlertSeverity,
  kProposal,
  kTo,
  kRecipient,
  kLabels,
  kAlertFields
};

const cel::RecordType* alert_type() {
  const Type text = Type::of(Base::string);
  static const cel::RecordType* type =
      cel::RecordType::make("alert", {{"rule", text},
                                      {"stage", text},
                                      {"kind", text},
                                      {"subject", text},
                                      {"unit", text},
                                      {"area", text},
                                      {"industry", text},
                                      {"level", Type::one_of(level_names())},
                                      {"severity", Type::one_of(severity_names())},
                                      {"proposal", Type::of(Base::boolean)},
                                      {"to", Type::list_of(text)},
                                      {"recipient", text},
                                      {"labels", Type::map_of(text, text)}});
  return type;
}

Value labels_value(const AlertFacts& alert, cel::Arena& arena) {
  std::vector<std::pair<std::string, std::string>> labels;
  if (alert.labels != nullptr) labels = *alert.labels;
  std::sort(labels.begin(), labels.end());
  labels.erase(std::unique(labels.begin(), labels.end(), [](auto& a, auto& b) { return a.first == b.first; }),
               labels.end());
  cel::MapEntry* entries = arena.entries(labels.size());
  for (size_t i = 0; i < labels.size(); ++i)
    entries[i] = {Value::of(arena.copy(labels[i].first)), Value::of(arena.copy(labels[i].second))};
  return Value::of_map({entries, labels.size()});
}

}  // namespace

void declare_alert(cel::Environment& env) { env.declare("alert", Type::of_record(alert_type())); }

Value alert_value(const AlertFacts& alert, cel::Arena& arena) {
  Value* fields = arena.values(kAlertFields);
  const auto text = [](std::string_view s) { return s.empty() ? Value::absent() : Value::of(s); };
  fields[kRule] = text(alert.rule);
  fields[kStageId] = text(alert.stage);
  fields[kKind] = text(alert.kind);
  fields[kSubjectId] = text(alert.subject);
  fields[kUnitId] = text(alert.unit);
  fields[kArea] = text(alert.area);
  fields[kIndustry] = text(alert.industry);
  fields[kAlertLevel] = Value::of(name(alert.level));
  fields[kAlertSeverity] = Value::of(name(alert.severity));
  fields[kProposal] = Value::of(alert.proposal);
  const size_t recipients = alert.to == nullptr ? 0 : alert.to->size();
  Value* to = arena.values(recipients);
  for (size_t i = 0; i < recipients; ++i) to[i] = Value::of(std::string_view((*alert.to)[i]));
  fields[kTo] = Value::of(std::span<const Value>(to, recipients));
  fields[kRecipient] = text(alert.recipient);
  fields[kLabels] = labels_value(alert, arena);
  return Value::of_record(alert_type(), fields);
}

cel::Compiled compile_alert_condition(std::string_view source) {
  cel::Environment env;
  add_functions(env);
  declare_alert(env);
  return cel::compile(source, env, Type::of(Base::boolean));
}

}  // namespace duban::rule
