// Ticks: stages whose instant has come.
#include <algorithm>

#include "engine/impl.hpp"

namespace duban::engine {

void Engine::Impl::tick(Entity& entity, Instant t) {
  bring_up(entity, t);  // what a fan-out owes it comes first
  now = t;
  if (entity.expires <= t) expire(entity);
  give_up_parked(entity);
  // fire_item may end items but neither adds nor removes any.
  for (Item& item : entity.items)
    while (item.next <= t) fire_item(entity, item, item.next);
  forget_old_items(entity);
  ledger.touch(entity);
  check_thresholds();
}

const ledger::Fired* Engine::Impl::fired(const Item& item, NameId stage) const {
  for (const ledger::Fired& f : item.fired)
    if (f.stage == stage) return &f;
  return nullptr;
}

Instant Engine::Impl::next_of(const PlannedStage& planned, const Item& item) const {
  const rule::Stage& stage = *planned.stage;
  const bool on_end = stage.at.anchor == rule::Anchor::ended;
  if (!item.is_open() && !on_end) return kNever;
  const ledger::Fired* before = fired(item, planned.name);
  if (!stage.every && stage.every_workdays == 0)
    return before == nullptr && planned.at >= item.planned ? planned.at : kNever;
  int n = planned.at < item.planned ? repetition_at(planned, item.planned) : 0;
  while (repeated(planned, n) < item.planned) ++n;
  return stage.times && n >= *stage.times ? kNever : repeated(planned, n);
}

Instant Engine::Impl::repeated(const PlannedStage& planned, int n) const {
  if (planned.stage->every) return planned.at + n * *planned.stage->every;
  if (n == 0) return planned.at;
  const Date first = config->zone.date(planned.at);
  const Duration in_day = planned.at - config->zone.instant(first, TimeOfDay{0});
  const Date day = config->calendar->add_workdays(first, n * planned.stage->every_workdays);
  return config->zone.instant(day, TimeOfDay{0}) + in_day;
}

int Engine::Impl::repetition_at(const PlannedStage& planned, Instant t) const {
  if (planned.stage->every) return static_cast<int>((t - planned.at) / *planned.stage->every);
  if (planned.stage->every_workdays == 0) return 0;
  const int workdays =
      config->calendar->workdays_between(config->zone.date(planned.at), config->zone.date(t));
  return workdays / planned.stage->every_workdays;
}

/// Fires what is due at `t` for one item. Of stages of one level at one instant only the last that is
/// allowed.
void Engine::Impl::fire_item(Entity& entity, Item& item, Instant t) {
  const rule::Rule* rule = rule_of(item);
  if (rule == nullptr) {
    end_item(entity, nullptr, item, Outcome::retired);
    return;
  }
  now = t;
  std::vector<PlannedStage> due = plan(*rule, entity, item, span_dates(*rule, item), config->time_base());
  for (PlannedStage& planned : due) planned.name = stage_names.at(planned.stage);
  std::erase_if(due, [&](const PlannedStage& p) { return next_of(p, item) != t; });
  std::erase_if(due, [&](const PlannedStage& p) {
    now = p.stage->measured ? t - kMeasuring : t;
    return !allowed(*p.stage, *rule, entity, item);
  });
  for (auto planned = due.begin(); planned != due.end(); ++planned) {
    const bool later_of_level = std::any_of(planned + 1, due.end(), [&](const PlannedStage& other) {
      return other.stage->level == planned->stage->level;
    });
    if (later_of_level) continue;
    now = planned->stage->measured ? t - kMeasuring : t;
    raise(entity, *rule, item, *planned->stage, planned->name, repetition_at(*planned, t));
  }
  now = t;
  item.planned = t + Duration{1};  // what stands at or before this instant has had its turn
  schedule(entity, *rule, item);
}

bool Engine::Impl::allowed(const rule::Stage& stage, const rule::Rule& rule, Entity& entity,
                           const Item& item) {
  // Skipped by a person's decision, unless it is what follows from the decision or from the end.
  const bool follows = stage.at.anchor == rule::Anchor::decided || stage.at.anchor == rule::Anchor::ended;
  if (!follows && static_cast<uint8_t>(stage.level) < item.decided) return false;
  if (stage.condition) {
    Scope scope;
    fill(scope, entity, span_of(rule, item));
    fill_unit(scope, entity);
    fill_item(scope, rule, item);
    fill_stage(scope, stage);
    if (!evaluate(*stage.condition, scope).is_true()) return false;
  }
  return !stage.unless_acknowledged || !acknowledged(stage, rule, entity, item);
}

bool Engine::Impl::acknowledged(const rule::Stage& stage, const rule::Rule& rule, Entity& entity,
                                const Item& item) {
  const ledger::Fired* said = nullptr;
  for (const ledger::Fired& f : item.fired) {
    const bool named = stage.unless_stage.empty() || ledger.text(f.stage) == stage.unless_stage;
    if (named && (said == nullptr || f.last >= said->last)) said = &f;
  }
  if (said == nullptr) return false;
  const std::string& said_stage = ledger.text(said->stage);
  const std::string id = alert_id(entity, rule, item, said_stage, said->count - 1);
  const auto acks = ledger.acknowledgements(id);
  if (stage.unless_by.empty()) return !acks.empty();
  std::string who(unit_id_of(entity));
  if (stage.unless_by != "unit") {
    const Place place = place_of(entity);
    const UnitCard* card = directory.find(stage.unless_by, {}, {}, place.area, place.industry);
    who = card != nullptr ? card->id : std::string{};
  }
  return !who.empty() && std::any_of(acks.begin(), acks.end(), [&](const auto& ack) {
    return ack.by == who || ack.by.starts_with(who + "/");
  });
}

}  // namespace duban::engine
