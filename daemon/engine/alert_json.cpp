#include "engine/alert_json.hpp"

#include <initializer_list>

namespace duban::engine {
namespace {

/// Appends members to one JSON object; nothing is kept in memory but the text itself.
class Object {
 public:
  explicit Object(std::string& out) : out_(out) { out_ += '{'; }
  ~Object() { out_ += '}'; }
  Object(const Object&) = delete;
  Object& operator=(const Object&) = delete;

  std::string& key(std::string_view name) {
    if (!first_) out_ += ',';
    first_ = false;
    out_ += '"';
    out_.append(name);
    out_ += "\":";
    return out_;
  }
  void text(std::string_view name, std::string_view value) {
    cel::append_json(key(name), cel::Value::of(value));
  }
  void number(std::string_view name, int64_t value) { key(name) += std::to_string(value); }
  void boolean(std::string_view name, bool value) { key(name) += value ? "true" : "false"; }
  void value(std::string_view name, const cel::Value& value) { cel::append_json(key(name), value); }

 private:
  std::string& out_;
  bool first_ = true;
};

void append_list(std::string& out, const std::vector<std::string>& texts) {
  out += '[';
  for (size_t i = 0; i < texts.size(); ++i) {
    if (i > 0) out += ',';
    cel::append_json(out, cel::Value::of(std::string_view(texts[i])));
  }
  out += ']';
}

void append_subject(std::string& out, const AlertParts& parts) {
  Object subject(out);
  const ledger::Entity& entity = *parts.entity;
  subject.text("kind", entity.kind->name);
  subject.text("id", entity.key);
  subject.text("title", entity.text(entity.kind->title_field));
}

void append_unit(std::string& out, const AlertParts& parts) {
  Object unit(out);
  unit.text("id", parts.unit_id);
  if (parts.unit == nullptr) return;
  unit.text("name", parts.unit->text(parts.unit_fields->name));
  unit.text("area", parts.unit->text(parts.unit_fields->area));
}

void append_item(std::string& out, const AlertParts& parts, const Zone& zone) {
  Object item(out);
  const ledger::Item& row = *parts.item;
  item.text("id", parts.item_id);
  item.text("opened", zone.format(row.opened));
  if (row.due_date)
    item.text("due", row.due_date->str());
  else if (row.due != kNever)
    item.text("due", zone.format(row.due));
  else
    item.key("due") += "null";
  if (row.provisional) item.boolean("provisional", true);
  item.number("streak", parts.streak);
}

void append_cause(std::string& out, const AlertParts& parts) {
  Object cause(out);
  const ledger::Cause& from = parts.item->cause;
  if (from.id.empty()) {
    cause.key("event") += "null";  // the calendar opened the item
  } else {
    Object event(cause.key("event"));
    event.text("type", parts.cause_type);
    event.text("id", from.id);
    event.text("topic", parts.cause_topic);
    event.number("partition", from.partition);
    event.number("offset", from.offset);
  }
  Object rule(cause.key("rule"));
  rule.text("file", parts.rule->file);
  rule.number("line", parts.stage->line > 0 ? parts.stage->line : parts.rule->line);
  rule.text("version", parts.version);
}

}  // namespace

std::string alert_json(const AlertParts& parts, const Zone& zone) {
  std::string out;
  out.reserve(1024);
  {
    Object alert(out);
    alert.text("id", parts.id);
    alert.text("at", zone.format(parts.at));
    alert.text("rule", parts.rule->id);
    alert.text("stage", parts.stage->id);
    alert.text("level", rule::name(parts.stage->level));
    alert.text("severity", rule::name(parts.stage->severity));
    alert.boolean("proposal", parts.proposal);
    append_subject(alert.key("subject"), parts);
    append_unit(alert.key("unit"), parts);
    append_item(alert.key("item"), parts, zone);
    alert.value("trigger", parts.trigger);
    append_list(alert.key("to"), parts.to);
    alert.text("text", parts.text);
    append_list(alert.key("basis"), parts.rule->basis);
    append_cause(alert.key("cause"), parts);
    if (parts.inputs_lost) alert.boolean("inputs_lost", true);
  }
  return out;
}

}  // namespace duban::engine
