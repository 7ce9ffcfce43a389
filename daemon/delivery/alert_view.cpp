#include "delivery/alert_view.hpp"

#include <simdjson.h>

namespace duban::delivery {
namespace {

using simdjson::dom::element;

std::string text_at(const element& record, std::string_view key) {
  std::string_view text;
  return record[key].get(text) == simdjson::SUCCESS ? std::string(text) : std::string();
}

std::vector<std::string> texts_at(const element& record, std::string_view key) {
  std::vector<std::string> texts;
  simdjson::dom::array items;
  if (record[key].get(items) != simdjson::SUCCESS) return texts;
  for (const element item : items) {
    std::string_view text;
    if (item.get(text) == simdjson::SUCCESS) texts.emplace_back(text);
  }
  return texts;
}

}  // namespace

std::optional<AlertView> read_alert(std::string_view body) {
  thread_local simdjson::dom::parser parser;  // keeps its buffers
  element record;
  if (parser.parse(body.data(), body.size()).get(record) != simdjson::SUCCESS || !record.is_object()) {
    return std::nullopt;
  }
  AlertView alert;
  alert.id = text_at(record, "id");
  alert.at = text_at(record, "at");
  if (alert.id.empty() || alert.at.empty()) return std::nullopt;
  alert.rule = text_at(record, "rule");
  alert.stage = text_at(record, "stage");
  alert.level = text_at(record, "level");
  alert.severity = text_at(record, "severity");
  alert.text = text_at(record, "text");
  alert.to = texts_at(record, "to");
  if (record["proposal"].get(alert.proposal) != simdjson::SUCCESS) alert.proposal = false;
  element part;
  if (record["subject"].get(part) == simdjson::SUCCESS) {
    alert.subject_kind = text_at(part, "kind");
    alert.subject_id = text_at(part, "id");
    alert.subject_title = text_at(part, "title");
  }
  if (record["unit"].get(part) == simdjson::SUCCESS) {
    alert.unit_id = text_at(part, "id");
    alert.unit_name = text_at(part, "name");
    alert.area = text_at(part, "area");
  }
  return alert;
}

}  // namespace duban::delivery
