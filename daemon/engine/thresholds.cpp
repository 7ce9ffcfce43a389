// Spans of one subject that a measure opens: from when the condition starts to hold to when `clear` does.
//
// The item is the span's memory: as long as it is not cleared, no other opens, however the item itself has
// ended.
#include "core/limits.hpp"
#include "engine/impl.hpp"

namespace duban::engine {
namespace {

/// What `some(after)` gives, until it gives no more.
template <typename Some>
void append_all(std::vector<ledger::EntityId>& ids, Some some) {
  for (int64_t after = 0;;) {
    const std::vector<ledger::EntityId> found = some(after);
    ids.insert(ids.end(), found.begin(), found.end());
    if (found.size() < limits::kJobSlice) return;
    after = static_cast<int64_t>(found.back());
  }
}

}  // namespace

void Engine::Impl::refresh_threshold(Entity& entity, const rule::Rule& rule, const Reason& reason) {
  const rule::Trigger& trigger = rule.trigger;
  Item* last = nullptr;
  for (Item& item : entity.items)
    if (item.rule == name_of(rule) && (last == nullptr || item.noticed >= last->noticed)) last = &item;
  Scope scope;
  fill(scope, entity, nullptr);
  fill_unit(scope, entity);
  const auto holds_now = [&](const rule::Expression& condition) {
    return evaluate(*condition, scope).is_true();
  };
  if (last != nullptr && last->cleared == kNever) {
    if (trigger.clear ? holds_now(trigger.clear) : !holds_now(trigger.measure)) {
      last->cleared = now;
      ledger.touch(entity);
      if (last->is_open() && !rule.outlives) end_item(entity, &rule, *last, Outcome::expired);
    }
    if (last->is_open()) review(entity, rule, span_of(rule, *last), *last, reason);
    return;
  }
  if (last != nullptr && quiet(rule, *last)) return;
  // Measures cost more than conditions, and most subjects of a kind are none of the rule's.
  const LiveSpan* span = opening_span(rule);
  if (!holds(rule, entity, span) || is_over(rule, entity, span)) return;
  if (holds_now(trigger.measure)) open_item(entity, rule, span, nullptr, reason);
}

bool Engine::Impl::quiet(const rule::Rule& rule, const Item& last) const {
  if (rule.trigger.quiet_for.empty()) return false;
  rule::Schedule until;
  until.anchor = rule::Anchor::opened;
  until.steps = rule.trigger.quiet_for;
  const rule::Anchors anchors = [&](const rule::Schedule&) {
    return std::optional(rule::Moment::of(last.noticed));
  };
  const auto end = rule::resolve(until, anchors, config->time_base());
  return end && now < end->at;
}

/// The span of a threshold that would open now: the same for every subject.
const LiveSpan* Engine::Impl::opening_span(const rule::Rule& rule) {
  LiveSpan& span = opening[&rule];
  if (span.rule == nullptr || span.opened != now) {
    span = threshold_span(rule, config->zone.format(now), now, kNever);
    span.opened = now;
  }
  return &span;
}

LiveSpan Engine::Impl::threshold_span(const rule::Rule& rule, std::string key, Instant opened,
                                      Instant cleared) const {
  CalendarSpan span;
  span.key = span.id = std::move(key);
  span.name = rule.title;
  span.first = config->zone.date(opened);
  span.last = cleared == kNever ? span.first : config->zone.date(cleared);
  span.year = span.first.year();
  LiveSpan live_span = make_live(rule, span, config->zone);
  live_span.dates.start = rule::Moment::of(opened);
  live_span.dates.end = cleared == kNever ? std::nullopt : std::optional(rule::Moment::of(cleared));
  return live_span;
}

/// The subjects whose threshold may ask for what has changed in a place: those of the place, and of the areas
/// around it.
std::vector<ledger::EntityId> Engine::Impl::subjects_at(const rule::Rule& rule, const rule::Measure& measure,
                                                        const std::string& place) {
  using By = rule::Measure::By;
  const NameId kind = ledger.intern(rule.subject->name);
  std::vector<ledger::EntityId> ids;
  if (measure.by == By::unit && rule.subject != unit_kind) {
    append_all(ids,
               [&](int64_t after) { return ledger.open_of_unit(kind, place, after, limits::kJobSlice); });
  } else if (measure.by != By::area) {
    if (const Entity* entity = ledger.find(*rule.subject, place)) ids.push_back(entity->id);
  } else {
    for (size_t digits = 2; digits <= place.size(); ++digits) {
      const std::string area = place.substr(0, digits);
      if (!without_subjects.insert({kind, area}).second) continue;
      const size_t before = ids.size();
      append_all(ids,
                 [&](int64_t after) { return ledger.open_at_area(kind, area, after, limits::kJobSlice); });
      if (ids.size() > before) without_subjects.erase({kind, area});
    }
  }
  return ids;
}

/// Looks at the thresholds that ask for what has changed in this event or tick.
void Engine::Impl::check_thresholds() {
  while (!crossed.empty()) {
    const auto [index, place] = std::move(crossed.back());
    crossed.pop_back();
    const rule::Measure& measure = config->rules.measures[static_cast<size_t>(index)];
    for (const rule::Rule* rule : config->rules.by_measure[static_cast<size_t>(index)]) {
      for (const ledger::EntityId id : subjects_at(*rule, measure, place)) {
        Entity* subject = ledger.get(id);
        bring_up(*subject, now);
        Reason reason;
        reason.rule = name_of(*rule);
        refresh(*subject, reason);
      }
    }
  }
}

/// What looks back over days changes without an event: each day begins with a look at every threshold.
void Engine::Impl::check_thresholds_of_day(Instant t) {
  if (thresholds.empty() || config->zone.date(t) <= checked_day) return;
  checked_day = config->zone.date(t);
  for (const rule::Rule* rule : thresholds) visit_subjects(*rule, {""});
}

}  // namespace duban::engine
