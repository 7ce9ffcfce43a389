// Spans that are the life of entities: opened, gone on with and ended by events.
#include <algorithm>

#include "engine/impl.hpp"

namespace duban::engine {

/// A span as its row and its entities have it; nothing if its entity is over (it ended while the rule was
/// away).
std::optional<LiveSpan> Engine::Impl::event_span(const rule::Rule& rule, const ledger::Span& row) {
  const SpanOrigin origin = span_origin(row);
  const event::EntityKind* kind = config->catalog->kind(origin.kind);
  Entity* entity = kind != nullptr ? ledger.find(*kind, origin.entity) : nullptr;
  if (entity == nullptr || (row.live && !entity->is_open() && rule.trigger.for_.empty())) return std::nullopt;
  LiveSpan span;
  span.rule = &rule;
  span.key = row.key;
  span.opened = row.opened;
  span.closes = row.closes;
  span.grade = origin.grade;
  refresh_live(span, *entity, replaced_by(*entity));
  return span;
}

const Entity* Engine::Impl::replaced_by(const Entity& entity) {
  const std::string previous = previous_of(entity);
  const Entity* replaced = previous.empty() ? nullptr : ledger.find(*entity.kind, previous);
  return replaced != nullptr && replaced->known ? replaced : nullptr;
}

/// An event on an entity that some rule's trigger watches. `begun_by`: the event, if it has opened the entity
/// or given it another grade.
void Engine::Impl::update_event_spans(Entity& entity, std::string_view begun_by) {
  for (const auto& rule : config->rules.rules)
    if (rule->trigger.kind == rule::Trigger::Kind::event && rule->trigger.event->kind == entity.kind)
      update_event_spans(entity, *rule, begun_by);
  boundary = next_boundary();
}

void Engine::Impl::update_event_spans(Entity& entity, const rule::Rule& rule, std::string_view begun_by) {
  const bool own_life = rule.trigger.for_.empty();  // else it lives so long, whatever becomes of the entity
  const std::string grade = grade_of(entity);
  const std::string previous = previous_of(entity);
  bool goes_on = false;
  for (size_t i = 0; i < live.size(); ++i) {
    LiveSpan& span = live[i];
    if (span.rule != &rule || span.kind != entity.kind) continue;
    if (span.previous == entity.key && span.entity != entity.key) {
      // It comes after its successor, which has taken its place already.
      if (Entity* successor = ledger.find(*span.kind, span.entity)) go_on(span, *successor);
      goes_on = true;
      continue;
    }
    if (span.entity != entity.key && (previous.empty() || span.entity != previous)) continue;
    const bool same = span.grade == grade;
    if (own_life && (!same || !entity.is_open())) {
      close_span(i--);
      continue;
    }
    go_on(span, entity);
    goes_on = goes_on || same;
  }
  if (!goes_on && entity.is_open()) begin_span(entity, rule, begun_by);
}

/// A span whose entity has changed, or has been replaced.
void Engine::Impl::go_on(LiveSpan& span, Entity& entity) {
  std::vector<std::string> areas = areas_of(span);  // also those it covers no longer
  refresh_live(span, entity, replaced_by(entity));
  for (std::string& area : areas_of(span))
    if (std::find(areas.begin(), areas.end(), area) == areas.end()) areas.push_back(std::move(area));
  if (auto row = ledger.span(name_of(*span.rule), span.key)) {
    row->fields = to_text(SpanOrigin{entity.kind->name, entity.key, span.grade});
    ledger.put(*row);
  }
  visit_subjects(*span.rule, areas);
}

/// One grade of a chain has one span, unless it comes back: a warning renewed after it had expired, red again
/// after orange. The key of such a span names the event.
void Engine::Impl::begin_span(Entity& entity, const rule::Rule& rule, std::string_view begun_by) {
  const rule::Trigger& trigger = rule.trigger;
  LiveSpan span;
  span.rule = &rule;
  span.key = event_span_key(entity);
  if (ledger.span(name_of(rule), span.key)) {
    if (begun_by.empty()) return;  // it has had its time
    span.key.append("/").append(begun_by);
    if (ledger.span(name_of(rule), span.key)) return;
  }
  span.grade = grade_of(entity);
  span.opened = now;
  refresh_live(span, entity, replaced_by(entity));
  Scope scope;
  scope.values[rule::kTrigger] = span.trigger;
  if (trigger.when && !evaluate(*trigger.when, scope).is_true()) return;
  if (!trigger.for_.empty()) {
    rule::Schedule life;
    life.anchor = rule::Anchor::trigger_start;
    life.steps = trigger.for_;
    const rule::Anchors anchors = [&](const rule::Schedule&) { return std::optional(rule::Moment::of(now)); };
    if (const auto end = rule::resolve(life, anchors, config->time_base()))
      span.closes = rule::end_of(*end, config->zone);
  }
  open_span(std::move(span));
}

}  // namespace duban::engine
