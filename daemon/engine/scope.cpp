#include "engine/scope.hpp"

namespace duban::engine {

using cel::Value;

void fill_item(Scope& scope, const rule::Rule& rule, const ledger::Item& item, Instant now,
               const Zone& zone) {
  auto& fields = scope.item;
  const Date today = zone.date(now);
  fields[rule::kItemOpened] = Value::of(item.opened);
  if (item.due != kNever) {
    const Date due = item.due_date ? *item.due_date : zone.date(item.due);
    fields[rule::kItemDue] = item.due_date ? Value::of(due) : Value::of(item.due);
    fields[rule::kItemDaysLeft] = Value::of(int64_t{due - today});
  }
  const bool missed = item.is_open() && item.due != kNever && now >= item.due;
  fields[rule::kItemDone] = Value::of(int64_t{item.done});
  fields[rule::kItemNeeded] = Value::of(int64_t{rule.done_by ? rule.done_by->count : 1});
  fields[rule::kItemLevel] = Value::of(rule::name(static_cast<rule::Level>(item.level)));
  fields[rule::kItemOutcome] = Value::of(ledger::name(item.outcome));
  fields[rule::kItemNearMiss] = Value::of(item.near_miss);
  fields[rule::kItemMissesThisYear] = Value::of(int64_t{item.misses + (missed ? 1 : 0)});
  fields[rule::kItemStreak] = Value::of(int64_t{item.streak + (missed ? 1 : 0)});
  scope.values[rule::kItem] = Value::of_record(rule::item_type(), fields.data());
}

void fill_stage(Scope& scope, const rule::Stage& stage) {
  scope.stage[rule::kStageId] = Value::of(stage.id);
  scope.stage[rule::kStageTitle] = Value::of(stage.title);
  scope.stage[rule::kStageLevel] = Value::of(rule::name(stage.level));
  scope.stage[rule::kStageSeverity] = Value::of(rule::name(stage.severity));
  scope.values[rule::kStage] = Value::of_record(rule::stage_type(), scope.stage.data());
}

}  // namespace duban::engine
