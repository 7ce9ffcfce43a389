#include "app/explain_parts.hpp"

#include <algorithm>

#include "engine/measured.hpp"
#include "engine/spans.hpp"
#include "rule/constants.hpp"

namespace duban::app {
namespace {

/// Days of a long count that are listed.
constexpr size_t kDaysListed = 60;
/// Around an item's opening, where the span of its trigger is looked for.
constexpr int kSpanWindow = 400;

/// The names that an expression reads of `event`: "event.issued_on" → "issued_on".
std::vector<std::string> event_fields(const cel::Program& program) {
  std::vector<std::string> names;
  for (const cel::FieldRef& read : program.reads())
    if (read.path.starts_with("event.")) names.push_back(read.path.substr(6));
  return names;
}

/// The date from which a sum of workdays in `program` was counted: a date of the event that it reads.
std::optional<Date> base_of(const cel::Program& program, const Explanation& data) {
  if (program.source().find("add_workdays") == std::string::npos) return std::nullopt;
  for (const std::string& name : event_fields(program))
    if (const auto found = data.find(name); found != data.end() && found->is_string())
      if (const auto date = Date::parse(found->get<std::string>())) return date;
  return std::nullopt;
}

/// What `event` does to the field; null if nothing.
Explanation setting_part(const Explanation& event, const ledger::Entity& subject, int field,
                         const rule::Configuration& configuration) {
  const event::EventType* type = configuration.catalog->event(event.value("type", ""));
  if (type == nullptr) return nullptr;
  const std::string& name = subject.kind->layout->fields[static_cast<size_t>(field)].name;
  for (const event::EventType::Set& set : type->sets) {
    if (set.field != field) continue;
    Explanation part{{"field", name}, {"event", event}, {"expression", set.value->source()}};
    const auto base = base_of(*set.value, event["data"]);
    const cel::Value& value = subject.fields[field];
    if (base && !event["data"].contains(name) && value.is(cel::Kind::date) && value.date() > *base)
      part["days"] = counted_days(*configuration.calendar, *base,
                                  configuration.calendar->workdays_between(*base, value.date()));
    return part;
  }
  for (const auto& [from, to] : type->copies)
    if (to == field && event["data"].contains(type->layout->fields[static_cast<size_t>(from)].name))
      return {{"field", name}, {"event", event}};
  return nullptr;
}

/// How the field was set. A new due date begins an episode, so the episode's cause is asked first; else the
/// first event that sets it.
Explanation field_part(const ledger::Entity& subject, int field, const ledger::Cause& cause,
                       ledger::Ledger& ledger, const rule::Configuration& configuration) {
  Explanation first;
  for (const ledger::JournalEntry& entry : ledger.history(subject.id)) {
    if (entry.kind != ledger::JournalKind::record) continue;
    const Explanation part =
        setting_part(event_part(entry, configuration.zone), subject, field, configuration);
    if (part.is_null()) continue;
    if (first.is_null()) first = part;
    if (entry.topic == ledger.text(cause.topic) && entry.partition == cause.partition &&
        entry.offset == cause.offset)
      return part;
  }
  return first;
}

std::string text_named(const std::vector<std::pair<std::string, std::string>>& texts, const std::string& id,
                       std::string& name) {
  for (const auto& [file, text] : texts)
    if (text.find("- id: " + id + "\n") != std::string::npos) {
      name = file;
      return text;
    }
  return {};
}

/// The lines of a rule: from its id to the next line that begins as far left.
std::string excerpt_of(const std::string& text, const std::string& id, int& line) {
  const size_t begin = text.rfind('\n', text.find("- id: " + id + "\n")) + 1;
  line =
      static_cast<int>(std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(begin), '\n')) + 1;
  const size_t indent = text.find('-', begin) - begin;
  size_t end = text.find('\n', begin);
  while (end != std::string::npos) {
    const size_t next = text.find_first_not_of(" \n", end);
    if (next == std::string::npos) break;
    const size_t start = text.rfind('\n', next) + 1;
    if (next - start <= indent) break;
    end = text.find('\n', next);
  }
  return text.substr(begin, end - begin);
}

/// Numbers as they are now, each noted as it is asked for. What only a run collects is an error value.
class ReadMeasures final : public rule::MeasureSource {
 public:
  ReadMeasures(ledger::Ledger& ledger, const rule::Configuration& configuration)
      : ledger_(ledger), configuration_(configuration) {}
  cel::Value measure(int index, std::string_view place, const cel::Value* span,
                     cel::Context& context) override {
    const Date today = configuration_.zone.date(ledger_.instant());
    const cel::Value value =
        engine::measured(ledger_, {configuration_, index, place, span, today}, context,
                         [](const rule::Measure&) { return cel::Value::error("逐项统计,运行中才有"); });
    const std::string& id = configuration_.rules.measures[static_cast<size_t>(index)].id;
    asked_.emplace_back(id + "(" + std::string(place) + (span != nullptr ? ", trigger)" : ")"),
                        cel::to_text(value));
    return value;
  }
  std::vector<std::pair<std::string, std::string>> take() { return std::exchange(asked_, {}); }

 private:
  ledger::Ledger& ledger_;
  const rule::Configuration& configuration_;
  std::vector<std::pair<std::string, std::string>> asked_;
};

cel::Type record_or_any(const cel::RecordType* type) {
  return type != nullptr ? cel::Type::of_record(type) : cel::Type::dyn();
}

cel::Environment environment_of(const rule::Rule& rule, const rule::Configuration& configuration,
                                const rule::Sources& sources) {
  const event::EntityKind* unit = configuration.catalog->kind("unit");
  const rule::Trigger& trigger = rule.trigger;
  const cel::RecordType* span = trigger.calendar() || trigger.kind == rule::Trigger::Kind::measure
                                    ? rule::calendar_span_type()
                                    : nullptr;
  if (trigger.event != nullptr && trigger.event->kind != nullptr)
    span = rule::event_span_type(*trigger.event->kind);
  cel::Environment env;
  rule::add_functions(env);
  Diagnostics ignored;  // they were checked when the configuration was loaded
  rule::read_constants(yaml::Reader::parse("constants", sources.constants_yaml, ignored), env);
  env.declare(rule.subject->name, cel::Type::of_record(rule.subject->layout));
  env.declare(rule.subject == unit ? "unit " : "unit",
              record_or_any(unit != nullptr ? unit->layout : nullptr));
  env.declare("trigger", record_or_any(span));
  env.declare("event", cel::Type::dyn());
  env.declare("item", cel::Type::of_record(rule::item_type()));
  env.declare("stage", cel::Type::of_record(rule::stage_type()));
  rule::add_measures(env, configuration.rules.measures);
  return env;
}

}  // namespace

ReadLedger::ReadLedger(const StoreFile& file, std::shared_ptr<const event::Catalog> catalog) {
  ledger::Options options;
  options.path = file.path;
  options.read_only = true;
  ledger_ = std::make_unique<ledger::Ledger>(options);
  ledger_->use(std::move(catalog));
  ledger_->begin();
}

ReadLedger::~ReadLedger() { ledger_->rollback(); }

Explanation event_part(const ledger::JournalEntry& entry, const Zone& zone) {
  const Explanation json = Explanation::parse(entry.body, nullptr, false);
  Explanation part;
  for (const char* name : {"type", "id", "source"})
    if (json.is_object() && json.contains(name)) part[name] = json[name];
  if (const auto time = json.is_object() ? zone.parse(json.value("time", "")) : std::nullopt)
    part["time"] = zone.format(*time);
  part["topic"] = entry.topic;
  part["partition"] = entry.partition;
  part["offset"] = entry.offset;
  part["at"] = zone.format(entry.at);
  part["data"] = json.is_object() && json.contains("data") ? json["data"] : Explanation::object();
  return part;
}

Explanation counted_days(const calendar::Calendar& calendar, Date from, int n) {
  Explanation days = Explanation::array();
  int left = std::abs(n);
  int count = 0;
  for (Date day = n < 0 ? from - 1 : from + 1; left > 0 && days.size() < kDaysListed; n < 0 ? --day : ++day) {
    Explanation one{{"day", day.str()}, {"text", calendar.explain(day)}};
    if (calendar.is_workday(day)) {
      one["count"] = ++count;
      --left;
    }
    days.push_back(std::move(one));
  }
  return days;
}

Explanation schedule_part(const rule::Schedule& schedule, std::optional<Date> anchor,
                          const rule::Configuration& configuration) {
  Explanation part{{"schedule", rule::text(schedule)}};
  if (anchor && schedule.steps.size() == 1 && schedule.steps[0].unit == rule::Unit::workdays)
    part["days"] = counted_days(*configuration.calendar, *anchor, schedule.steps[0].count);
  return part;
}

Explanation due_part(const rule::Rule& rule, const ledger::Entity& subject, const ledger::Item& item,
                     ledger::Ledger& ledger, const rule::Configuration& configuration) {
  if (!rule.due || item.due == kNever) return nullptr;
  const Zone& zone = configuration.zone;
  std::optional<Date> anchor;
  if (rule.due->anchor == rule::Anchor::opened) anchor = zone.date(item.opened);
  const engine::SpanDates span = span_dates(rule, item, ledger, configuration);
  if (rule.due->anchor == rule::Anchor::trigger_start && span.start) anchor = zone.date(span.start->at);
  if (rule.due->anchor == rule::Anchor::trigger_end && span.end) anchor = zone.date(span.end->at);
  Explanation part = schedule_part(*rule.due, anchor, configuration);
  part["due"] = item.due_date ? item.due_date->str() : zone.format(item.due);
  part["provisional"] = item.provisional;
  if (rule.due->anchor == rule::Anchor::field)
    part["from"] = field_part(subject, rule.due->field, item.cause, ledger, configuration);
  return part;
}

Explanation rule_part(const std::string& rule, const std::string& version, ledger::Ledger& ledger) {
  Explanation part{{"id", rule}, {"version", version}, {"active_version", ledger.active_configuration()}};
  std::string file;
  const std::string text = text_named(ledger.configuration_texts(version), rule, file);
  if (text.empty()) return part;
  int line = 0;
  part["excerpt"] = excerpt_of(text, rule, line);
  part["file"] = file;
  part["line"] = line;
  return part;
}

Explanation terms_part(const rule::Expression& condition, std::span<const cel::Value> values,
                       const rule::Rule& rule, const rule::Configuration& configuration,
                       const rule::Sources& sources, ledger::Ledger& ledger, cel::Arena& arena) {
  Explanation terms = Explanation::array();
  if (!condition) return terms;
  ReadMeasures measures(ledger, configuration);
  rule::Host host{configuration.calendar.get(), configuration.zone, false, &measures};
  const cel::Environment env = environment_of(rule, configuration, sources);
  for (const auto& [offset, text] : cel::conjuncts(condition->source())) {
    const cel::Compiled compiled = cel::compile(text, env);
    if (!compiled.program) continue;
    cel::Context context{arena, &host, &configuration.zone};
    Explanation term{{"term", text}, {"value", cel::to_text(compiled.program->evaluate(values, context))}};
    for (const cel::FieldRef& read : compiled.program->reads()) {
      if (read.slot < 0 || read.field < 0 || !values[static_cast<size_t>(read.slot)].is(cel::Kind::record))
        continue;
      const cel::Value& value = values[static_cast<size_t>(read.slot)].fields()[read.field];
      term["fields"].push_back(
          {{"name", read.path},
           {"value", value.is_absent() ? Explanation(nullptr) : Explanation(cel::to_text(value))}});
    }
    for (auto& [call, value] : measures.take()) term["fields"].push_back({{"name", call}, {"value", value}});
    terms.push_back(std::move(term));
  }
  return terms;
}

std::string line_of(const std::string& file, int line, const std::string& version, ledger::Ledger& ledger) {
  for (const auto& [name, text] : ledger.configuration_texts(version)) {
    if (name != file) continue;
    size_t begin = 0;
    for (int i = 1; i < line && begin < text.size(); ++i)
      begin = std::min(text.find('\n', begin), text.size() - 1) + 1;
    begin = std::min(text.find_first_not_of(' ', begin), text.size());
    return text.substr(begin, text.find('\n', begin) - begin);
  }
  return {};
}

engine::SpanDates span_dates(const rule::Rule& rule, const ledger::Item& item, ledger::Ledger& ledger,
                             const rule::Configuration& configuration) {
  if (item.span.empty()) return {};
  const auto declared = engine::declared_spans(ledger, *configuration.catalog);
  const Date around = configuration.zone.date(item.opened);
  for (const engine::CalendarSpan& span : engine::calendar_spans(
           rule, around - kSpanWindow, around + kSpanWindow, configuration.time_base(), declared))
    if (span.key == item.span)
      return {rule::Moment::of(span.first, configuration.zone),
              rule::Moment::of(span.last, configuration.zone)};
  engine::SpanDates dates;
  dates.start = rule::Moment::of(item.opened);
  if (!item.is_open()) dates.end = rule::Moment::of(item.ended);
  return dates;
}

}  // namespace duban::app
