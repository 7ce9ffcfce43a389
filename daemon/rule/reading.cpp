#include "rule/reading.hpp"

#include <algorithm>

#include "event/expressions.hpp"
#include "rule/codes.hpp"
#include "rule/scope.hpp"

namespace duban::rule {
namespace {

/// Declares `name` at the next slot; without a type a name that no expression can write keeps the slot.
void declare(cel::Environment& env, const std::string& name, const cel::RecordType* type) {
  if (type != nullptr)
    env.declare(name, cel::Type::of_record(type));
  else
    env.declare("", cel::Type::dyn());
}

/// Why a variable of other expressions is not seen in this one.
std::string hint_for(const std::string& variable) {
  if (variable == "item" || variable == "stage")
    return "only a stage's if and message see it; time speaks through stages";
  if (variable == "trigger") return "the rule has no trigger";
  if (variable == "event") return "only the when of done_by sees it";
  if (variable == "unit") return "only subjects that are units, or whose kind says `unit`, have one";
  return {};
}

Expression compile(const yaml::Reader& scalar, size_t offset, const std::string& text,
                   const cel::Environment& env, const cel::Type& expected) {
  const int event_slot = env.variables().size() > kEvent ? static_cast<int>(kEvent) : -1;
  return event::compile({scalar, text, offset}, env, expected, {event_slot, codes::kUnknownField, hint_for});
}

}  // namespace

cel::Environment environment(const Loading& loading, const View& view) {
  cel::Environment env = loading.base;
  const event::EntityKind* unit = loading.catalog.kind("unit");
  const bool has_unit = unit != nullptr && view.subject != unit && !view.subject->unit_fields.empty();
  declare(env, view.subject->name, view.subject->layout);
  declare(env, "unit", has_unit ? unit->layout : nullptr);
  if (view.wrong_trigger)
    env.declare("trigger", cel::Type::dyn());
  else
    declare(env, "trigger", view.trigger);
  declare(env, "event", view.event != nullptr ? view.event->layout : nullptr);
  declare(env, "item", view.item ? item_type() : nullptr);
  declare(env, "stage", view.item ? stage_type() : nullptr);
  if (view.measures) add_measures(env, loading.measures);
  return env;
}

Expression read_expression(const yaml::Reader& scalar, const cel::Environment& env,
                           const cel::Type& expected) {
  if (!scalar) return nullptr;
  return compile(scalar, 0, scalar.string(), env, expected);
}

Expression read_condition(const yaml::Reader& scalar, const cel::Environment& env) {
  const Expression condition = read_expression(scalar, env, cel::Type::of(cel::Type::Base::boolean));
  if (!condition || !condition->constant()) return condition;
  if (!condition->constant()->is_true())
    scalar.warning(codes::kNeverHolds, "this condition never holds",
                   "remove what stands under it, or the condition");
  return condition;
}

Expression read_unmeasured(const yaml::Reader& scalar, const Loading& loading, const cel::Environment& env) {
  if (!scalar) return nullptr;
  const std::vector<int> called = measures_called(scalar.string(), loading.measures);
  if (called.empty()) return read_condition(scalar, env);
  // Those that a value is made of come before it.
  const std::string& id = loading.measures[static_cast<size_t>(called.back())].id;
  scalar.error(
      codes::kBadMeasure, "'" + id + "' is a measure, and this condition cannot ask for one",
      "what begins with a number is a threshold, `trigger: { measure: … }`; else ask in the `if` of a stage");
  return nullptr;
}

Expression compile_condition(const yaml::Reader& scalar, size_t offset, const std::string& text,
                             const cel::Environment& env) {
  return compile(scalar, offset, text, env, cel::Type::of(cel::Type::Base::boolean));
}

yaml::Reader Layered::get(const std::string& key) const {
  if (!base) return own.get(key);
  const yaml::Reader inherited = base->get(key);
  const yaml::Reader overriding = own.get(key);
  return overriding ? overriding : inherited;
}

void Layered::finish() const {
  own.finish();
  if (base) base->finish();
}

bool check_id(const yaml::Reader& id) {
  const std::string text = id.string();
  const auto legal = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  };
  if (!text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), legal)) return true;
  if (id)
    id.error(codes::kBadId, "'" + text + "' is not an id", "use letters, digits, '-' and '_', at most 64");
  return false;
}

}  // namespace duban::rule
