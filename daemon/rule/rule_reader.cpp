#include "rule/rule_reader.hpp"

#include <algorithm>

#include "rule/codes.hpp"
#include "rule/done_by_reader.hpp"
#include "rule/scope.hpp"
#include "rule/trigger_reader.hpp"

namespace duban::rule {
namespace {

constexpr int kLastReadBit = 63;

void read_field(Rule& rule, int field) {
  if (field < 0)
    rule.reads = ~uint64_t{0};
  else
    rule.reads |= uint64_t{1} << std::min(field, kLastReadBit);
}

/// What must change before `when`, `until`, the due date or a stage's instant can.
void note_reads(Rule& rule) {
  for (const Expression* expression : {&rule.when, &rule.until, &rule.trigger.measure, &rule.trigger.clear}) {
    if (!*expression) continue;
    for (const cel::FieldRef& read : (*expression)->reads()) {
      if (read.slot == kSubject) read_field(rule, read.field);
      if (read.slot == kUnit) rule.when_reads_unit = true;
    }
  }
  if (!rule.until) read_field(rule, event::kOpenField);
  if (rule.due && rule.due->anchor == Anchor::field) read_field(rule, rule.due->field);
  for (const auto& [area, stages] : rule.stages) {
    for (const Stage& stage : stages) {
      if (stage.at.anchor == Anchor::field) read_field(rule, stage.at.field);
    }
  }
  // Who is told, and by which ladder, goes by the subject's area and unit.
  if (rule.stages.size() > 1 && rule.subject->area >= 0) read_field(rule, rule.subject->area);
  if (rule.when_reads_unit) {
    for (const int field : rule.subject->unit_fields) read_field(rule, field);
  }
}

template <typename Enum>
Enum read_choice(const yaml::Reader& choice, const std::vector<std::string>& names, Enum fallback) {
  const std::string name = choice.one_of(names, names[static_cast<size_t>(fallback)]);
  return static_cast<Enum>(std::find(names.begin(), names.end(), name) - names.begin());
}

void read_choices(Rule& result, const yaml::Reader& rule) {
  result.roll = read_choice(rule.get("roll"), {"none", "next", "previous"}, Roll::none);
  result.day_off = read_choice(rule.get("day_off"), {"before", "after", "keep", "skip"}, DayOff::before);
  result.missed = read_choice(rule.get("missed"), {"latest", "all", "none"}, Missed::latest);
  result.outlives = rule.get("outlives").boolean(result.trigger.calendar());
  result.merge_overlaps = rule.get("overlap").one_of({"each", "merge"}, "each") == "merge";
  const yaml::Reader reopen = rule.get("reopen_level");
  result.reopen_level = static_cast<int>(std::clamp<int64_t>(reopen.integer(0), 0, 7));
  if (reopen && reopen.integer(0) != result.reopen_level)
    reopen.error(codes::kBadNumber, "reopen_level: " + reopen.string() + " is out of range",
                 "write 0 to 7 levels");
  result.inherits_level_from = rule.get("inherits_level_from").string();
  if (result.roll != Roll::none && !rule.get("due"))
    rule.get("roll").error(codes::kNotACondition, "'roll' has no meaning without 'due'",
                           "add due, or remove roll");
  for (const char* key : {"outlives", "overlap"}) {
    const yaml::Reader given = rule.get(key);
    if (given && result.trigger.kind == Trigger::Kind::none && !rule.get("trigger"))
      given.error(codes::kNotACondition, std::string("'") + key + "' has no meaning without 'trigger'",
                  "add a trigger, or remove it");
  }
}

void read_people(Rule& result, const yaml::Reader& rule) {
  result.title = rule.get("title").string(result.id);
  result.basis = rule.get("basis").strings();
  for (const auto& [name, value] : rule.get("labels").entries()) result.labels.emplace(name, value.string());
}

/// What waits for a person's decision is reminded of, not proposed again.
void check_levels(const Rule& result, const yaml::Reader& rule) {
  if (result.subject->name != "proposal") return;
  for (const auto& [area, stages] : result.stages)
    for (const Stage& stage : stages)
      if (stage.level >= Level::interview)
        rule.diagnostics().error(codes::kNotACondition, stage.place,
                                 "stage '" + stage.id + "' of a rule about proposals would be a proposal",
                                 "write a level up to circular");
}

/// A stage asks for measures in its `if` or in what it says.
void note_measures(Rule& result, const Loading& loading) {
  if (loading.measures.empty()) return;
  for (auto& [area, stages] : result.stages)
    for (Stage& stage : stages) {
      const std::optional<Template>& message = stage.message ? stage.message : result.message;
      std::string sources = stage.condition ? stage.condition->source() : std::string{};
      if (message) sources += " " + message->source();
      stage.measured = !measures_called(sources, loading.measures).empty();
    }
}

/// Schedules and stages; `env` sees what a stage sees.
void read_times(Rule& result, const yaml::Reader& rule, const Loading& loading, const cel::Environment& env,
                Ladders& ladders) {
  ScheduleScope scope;
  scope.subject = result.subject;
  scope.constants = &loading.constants;
  scope.item = true;
  if (result.trigger.event != nullptr) scope.trigger_kind = result.trigger.event->kind;
  scope.trigger = result.trigger.kind != Trigger::Kind::none || static_cast<bool>(rule.get("trigger"));
  result.due = read_schedule(rule.get("due"), scope);
  scope.due = static_cast<bool>(rule.get("due"));
  scope.stage = true;
  result.stages = read_stages(rule, {loading, *result.subject, env, rule.place(), scope}, ladders);
}

void read_body(Rule& result, const yaml::Reader& rule, const Loading& loading, Ladders& ladders) {
  View view;
  view.subject = result.subject;
  result.trigger = read_trigger(rule.get("trigger"), view, loading);
  view.trigger = trigger_type(result.trigger);
  view.wrong_trigger = view.trigger == nullptr && rule.get("trigger");
  const cel::Environment env = environment(loading, view);
  result.when = read_unmeasured(rule.get("when"), loading, env);
  result.until = read_unmeasured(rule.get("until"), loading, env);
  result.done_by = read_done_by(rule.get("done_by"), loading, view);
  view.item = view.measures = true;
  const cel::Environment stage_env = environment(loading, view);
  if (const yaml::Reader message = rule.get("message"))
    result.message = Template::compile(message, stage_env);
  read_choices(result, rule);
  read_times(result, rule, loading, stage_env, ladders);
  check_levels(result, rule);
  note_measures(result, loading);
}

}  // namespace

std::unique_ptr<Rule> read_rule(const yaml::Reader& rule, const Loading& loading, Ladders& ladders) {
  auto result = std::make_unique<Rule>();
  result->file = rule.place().file;
  result->line = rule.place().line;
  const yaml::Reader id = rule.required("id");
  if (id && check_id(id)) result->id = id.string();
  const yaml::Reader subject = rule.required("subject");
  const std::string kind = subject.string();
  result->subject = loading.catalog.kind(kind);
  read_people(*result, rule);
  if (result->subject == nullptr) {
    if (subject)
      subject.error(codes::kUnknownKind, "unknown entity kind '" + kind + "'",
                    suggest(kind, loading.catalog.kind_names()));
    // The rest cannot be judged without a subject.
    for (const char* key :
         {"trigger", "when", "due", "roll", "day_off", "until", "done_by", "outlives", "overlap", "missed",
          "reopen_level", "inherits_level_from", "ladder", "stages", "message"})
      (void)rule.get(key);
    rule.finish();
    return nullptr;
  }
  read_body(*result, rule, loading, ladders);
  rule.finish();
  note_reads(*result);
  return result;
}

}  // namespace duban::rule
