#include "rule/measure_reader.hpp"

#include <algorithm>

#include "rule/codes.hpp"
#include "rule/scope.hpp"

namespace duban::rule {
namespace {

using Kind = Measure::Kind;
using By = Measure::By;
using Base = cel::Type::Base;

class MeasureReader {
 public:
  MeasureReader(const std::vector<yaml::Reader>& files, const Loading& loading)
      : files_(files), loading_(loading) {}

  std::vector<Measure> read() {
    for (const yaml::Reader& file : files_)
      for (const yaml::Reader& entry : file.get("measures").items()) read(entry);
    return std::move(measures_);
  }

 private:
  void read(const yaml::Reader& entry) {
    Measure measure;
    measure.index = static_cast<int>(measures_.size());
    measure.source = entry.to_json();
    const size_t errors = loading_.out.error_count();
    read_id(measure, entry);
    const bool known = read_kind(measure, entry);
    if (known && measure.kind == Kind::value) {
      read_by(measure, entry.get("by"));
      read_value(measure, entry.get("value"));
    } else if (known) {
      read_subject(measure, entry);
    }
    entry.finish();
    if (measures_.size() == kMostMeasures)
      entry.error(codes::kBadMeasure, "more than " + std::to_string(kMostMeasures) + " measures",
                  "join some of them by `by`");
    if (errors == loading_.out.error_count()) measures_.push_back(std::move(measure));
  }

  void read_id(Measure& measure, const yaml::Reader& entry) const {
    const yaml::Reader id = entry.required("id");
    measure.id = id.string();
    const auto legal = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; };
    const bool named = !measure.id.empty() && measure.id[0] >= 'a' && measure.id[0] <= 'z' &&
                       std::all_of(measure.id.begin(), measure.id.end(), legal);
    if (id && !named)
      id.error(codes::kBadMeasure, "'" + measure.id + "' cannot be called in an expression",
               "use small letters, digits and '_', a letter first");
    const auto& functions = loading_.base.functions();
    const bool function = std::any_of(functions.begin(), functions.end(),
                                      [&](const auto& known) { return known.name == measure.id; });
    const bool twice = std::any_of(measures_.begin(), measures_.end(),
                                   [&](const Measure& known) { return known.id == measure.id; });
    if (function || twice)
      id.error(codes::kBadMeasure, "'" + measure.id + "' is " + (twice ? "declared twice" : "a function"),
               "give the measure a name of its own");
  }

  static bool read_kind(Measure& measure, const yaml::Reader& entry) {
    int kinds = 0;
    const std::pair<const char*, Kind> names[] = {
        {"count", Kind::count}, {"list", Kind::list}, {"value", Kind::value}};
    for (const auto& [name, kind] : names) {
      if (!entry.get(name)) continue;
      measure.kind = kind;
      ++kinds;
    }
    if (kinds == 1) return true;
    entry.error(codes::kBadMeasure, kinds == 0 ? "a measure that measures nothing" : "a measure of two kinds",
                "write one of count: KIND, list: KIND, value: EXPRESSION");
    for (const char* key : {"by", "on", "within", "where", "rule"}) (void)entry.get(key);
    return false;
  }

  /// The kind of entities, or the rule of the items.
  void read_subject(Measure& measure, const yaml::Reader& entry) const {
    const yaml::Reader subject = entry.get(measure.kind == Kind::list ? "list" : "count");
    const yaml::Reader rule = entry.get("rule");
    const bool items = subject.string() == "item";
    std::string kind = subject.string();
    if (items) {
      measure.rule = entry.required("rule").string();
      kind = subject_of(measure.rule);
      if (rule && kind.empty())
        rule.error(codes::kUnknownRule, "unknown rule '" + measure.rule + "'",
                   suggest(measure.rule, rule_ids()));
    } else if (rule) {
      rule.error(codes::kNotACondition, "'rule' has no meaning for entities",
                 "write count: item, or list: item");
    }
    measure.type = measure.kind == Kind::list ? cel::Type::list_of(cel::Type::of(Base::string))
                                              : cel::Type::of(Base::integer);
    measure.subject = loading_.catalog.kind(kind);
    if (measure.subject == nullptr) {
      if (!items)
        subject.error(codes::kUnknownKind, "unknown entity kind '" + kind + "'",
                      suggest(kind, loading_.catalog.kind_names()));
      for (const char* key : {"by", "on", "within", "where"}) (void)entry.get(key);
      return;
    }
    read_by(measure, entry.get("by"));
    read_on(measure, entry);
    read_where(measure, entry.get("where"), items);
  }

  void read_by(Measure& measure, const yaml::Reader& by) const {
    if (!by) return;
    const std::string name = by.string();
    const event::EntityKind* kind = measure.subject;
    measure.by = name == "area" ? By::area : name == "unit" ? By::unit : By::field;
    if (kind == nullptr) return;  // of a value: handed on to what it reads
    if (measure.by == By::area && kind->area < 0)
      by.error(codes::kBadMeasure, "a " + kind->name + " has no area of its own", "write by: unit");
    if (measure.by == By::unit && kind->unit_fields.empty() && kind->name != "unit")
      by.error(codes::kBadMeasure, "a " + kind->name + " belongs to no unit", "write by: area");
    if (measure.by != By::field) return;
    measure.field = kind->layout->find(name);
    const bool text = measure.field >= 0 &&
                      kind->layout->fields[static_cast<size_t>(measure.field)].type.base == Base::string;
    if (!text)
      by.error(codes::kBadMeasure, "'" + name + "' is no text field of " + kind->name,
               "write area, unit, or a field that holds a text");
  }

  void read_on(Measure& measure, const yaml::Reader& entry) const {
    const yaml::Reader on = entry.get("on");
    if (on) {
      measure.on = measure.subject->layout->find(on.string());
      const Base base = measure.on < 0
                            ? Base::dyn
                            : measure.subject->layout->fields[static_cast<size_t>(measure.on)].type.base;
      if (base != Base::date && base != Base::timestamp)
        on.error(codes::kBadMeasure, "'" + on.string() + "' is no date of " + measure.subject->name,
                 "name a date or timestamp field");
    }
    const yaml::Reader within = entry.get("within");
    ScheduleScope scope;
    scope.constants = &loading_.constants;
    for (const Step& step : read_steps(within, scope)) {
      const bool days = step.unit == Unit::days || step.unit == Unit::weeks;
      if (!days) within.error(codes::kBadMeasure, "'within' counts in days", "write d or w, such as 120d");
      measure.within_days += step.count * (step.unit == Unit::weeks ? 7 : 1);
    }
    for (const yaml::Reader& key : {on, within})
      if (key && !measure.rule.empty())
        key.error(codes::kNotACondition, "items have no day of their own",
                  "call it with trigger: ID(area, trigger)");
  }

  /// A count is kept up to date by the events of its subjects: it sees nothing else.
  void read_where(Measure& measure, const yaml::Reader& where, bool items) const {
    if (!items) {
      cel::Environment env = loading_.base;
      env.declare(measure.subject->name, cel::Type::of_record(measure.subject->layout));
      measure.where = read_condition(where, env);
      return;
    }
    View view;
    view.subject = measure.subject;
    view.item = true;
    measure.where = read_condition(where, environment(loading_, view));
  }

  void read_value(Measure& measure, const yaml::Reader& value) const {
    std::vector<cel::FieldDecl> fields;
    for (const Measure& earlier : measures_) fields.push_back({earlier.id, earlier.type});
    cel::Environment env = loading_.base;
    measure.over = cel::RecordType::make("measure", std::move(fields));
    env.declare("measure", cel::Type::of_record(measure.over));
    measure.value = read_expression(value, env, cel::Type::dyn());
    if (!measure.value) return;
    measure.type = measure.value->type();
    for (const cel::FieldRef& read : measure.value->reads()) {
      if (read.field < 0) continue;
      measure.uses.push_back(read.field);
      const Measure& used = measures_[static_cast<size_t>(read.field)];
      const bool same = used.by == measure.by || used.by == By::all;
      if (!same)
        value.error(codes::kBadMeasure, "'" + used.id + "' is not counted by what this measure is asked for",
                    "give both the same `by`");
    }
  }

  std::string subject_of(const std::string& rule) const {
    for (const yaml::Reader& file : files_)
      for (const yaml::Reader& entry : file.get("rules").items())
        if (entry.get("id").string() == rule) return entry.get("subject").string();
    return {};
  }

  std::vector<std::string> rule_ids() const {
    std::vector<std::string> ids;
    for (const yaml::Reader& file : files_)
      for (const yaml::Reader& entry : file.get("rules").items()) ids.push_back(entry.get("id").string());
    return ids;
  }

  const std::vector<yaml::Reader>& files_;
  const Loading& loading_;
  std::vector<Measure> measures_;
};

}  // namespace

std::vector<Measure> read_measures(const std::vector<yaml::Reader>& files, const Loading& loading) {
  return MeasureReader(files, loading).read();
}

}  // namespace duban::rule
