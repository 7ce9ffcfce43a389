#include "engine/stored_alert.hpp"

#include <nlohmann/json.hpp>

namespace duban::engine {
namespace {

using nlohmann::json;

std::string text_at(const json& record, const char* key) {
  const auto found = record.find(key);
  return found != record.end() && found->is_string() ? found->get<std::string>() : std::string();
}

json part(const json& record, const char* key) {
  const auto found = record.find(key);
  return found != record.end() && found->is_object() ? *found : json::object();
}

}  // namespace

StoredAlert::StoredAlert(std::string_view text, const ledger::Entity* subject,
                         const rule::Configuration& configuration) {
  json record = json::parse(text, nullptr, false);
  if (!record.is_object()) record = json::object();
  rule_ = text_at(record, "rule");
  stage_ = text_at(record, "stage");
  kind_ = text_at(part(record, "subject"), "kind");
  subject_ = text_at(part(record, "subject"), "id");
  unit_ = text_at(part(record, "unit"), "id");
  if (subject != nullptr) {
    area_ = subject->text(subject->kind->area);
    industry_ = subject->text(subject->kind->industry);
  }
  if (const auto to = record.find("to"); to != record.end() && to->is_array())
    for (const json& who : *to)
      if (who.is_string()) to_.push_back(who.get<std::string>());
  if (const rule::Rule* rule = configuration.rules.find(rule_))
    labels_.assign(rule->labels.begin(), rule->labels.end());
  facts.rule = rule_;
  facts.stage = stage_;
  facts.kind = kind_;
  facts.subject = subject_;
  facts.unit = unit_;
  facts.area = area_;
  facts.industry = industry_;
  facts.level = rule::parse_level(text_at(record, "level")).value_or(rule::Level::remind);
  facts.severity = rule::parse_severity(text_at(record, "severity")).value_or(rule::Severity::notice);
  const auto proposal = record.find("proposal");
  facts.proposal = proposal != record.end() && proposal->is_boolean() && proposal->get<bool>();
  facts.to = &to_;
  facts.labels = &labels_;
}

}  // namespace duban::engine
