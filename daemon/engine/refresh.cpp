// An entity's items, looked at again after anything that may change them: opened, resumed, re-planned, ended.
//
// refresh() is idempotent: run twice for the same cause it changes nothing the second time. So fan-outs may
// be cut into slices and an event may overtake them.
#include <algorithm>

#include "engine/impl.hpp"
#include "engine/near_miss.hpp"

namespace duban::engine {
namespace {

/// The item ended because its subject's state said so, or its rule was taken out; if the state goes back, or
/// the rule comes back, the same episode goes on.
bool resumable(const Item& item) {
  return item.outcome == Outcome::fulfilled || item.outcome == Outcome::fulfilled_late ||
         item.outcome == Outcome::void_ || item.outcome == Outcome::retired;
}

/// What was void or retired meanwhile goes on with the evidence that it had.
bool fulfilled_by_evidence(const Item& item) {
  return item.done > 0 && (item.outcome == Outcome::fulfilled || item.outcome == Outcome::fulfilled_late);
}

/// How many past spans of a rule an entity remembers beside the present one. Bounds its row.
constexpr std::ptrdiff_t kPastSpans = 3;

}  // namespace

/// A replica (of a unit, say) has no items: those of its home shard are the only ones.
bool Engine::Impl::is_home(const Entity& entity) const {
  return options.ownership.count == 1 || options.ownership.owns(home_slot(entity.kind->name, entity.key));
}

void Engine::Impl::refresh(Entity& entity, const Reason& reason) {
  if (!is_home(entity)) return;
  for (const rule::Rule* rule : config->rules.by_subject[static_cast<size_t>(entity.kind->index)]) {
    if (reason.rule != NameId{} && name_of(*rule) != reason.rule) continue;
    if (!reason.all && (rule->reads & reason.changed) == 0) continue;
    refresh_spans(entity, *rule, reason);
  }
  end_orphans(entity, reason);
  forget_old_items(entity);
}

void Engine::Impl::refresh_spans(Entity& entity, const rule::Rule& rule, const Reason& reason) {
  if (rule.trigger.kind == rule::Trigger::Kind::none) return refresh_rule(entity, rule, nullptr, reason);
  if (rule.trigger.kind == rule::Trigger::Kind::measure) return refresh_threshold(entity, rule, reason);
  if (rule.merge_overlaps) return refresh_merged(entity, rule, reason);
  for (const size_t position : live.of(rule))
    if (covers(live[position], entity)) refresh_rule(entity, rule, &live[position], reason);
}

void Engine::Impl::refresh_rule(Entity& entity, const rule::Rule& rule, const LiveSpan* span,
                                const Reason& reason) {
  Item* item = find_item(entity, name_of(rule), span != nullptr ? span->key : std::string_view{});
  if (item == nullptr || !item->is_open()) {
    if (is_over(rule, entity, span) || !holds(rule, entity, span)) return;
    open_item(entity, rule, span, item, reason);
    return;
  }
  review(entity, rule, span, *item, reason);
}

/// An open item whose subject, span or rule may have changed.
void Engine::Impl::review(Entity& entity, const rule::Rule& rule, const LiveSpan* span, Item& item,
                          const Reason& reason) {
  // Evidence that has come may be enough for the rule as it is now.
  const bool done = reason.configuration && rule.done_by && item.done >= rule.done_by->count;
  if (done || is_over(rule, entity, span)) {
    const bool late = item.due != kNever && now >= item.due;
    end_item(entity, &rule, item, late ? Outcome::fulfilled_late : Outcome::fulfilled);
  } else if (!holds(rule, entity, span)) {
    end_item(entity, &rule, item, Outcome::void_);
  } else {
    replan(entity, rule, span, item, reason);
    schedule(entity, rule, item);
  }
}

bool Engine::Impl::holds(const rule::Rule& rule, const Entity& entity, const LiveSpan* span) {
  if (!entity.known) return false;
  if (!rule.when) return true;
  Scope scope;
  fill(scope, entity, span);
  if (rule.when_reads_unit) fill_unit(scope, entity);
  return evaluate(*rule.when, scope).is_true();
}

bool Engine::Impl::is_over(const rule::Rule& rule, const Entity& entity, const LiveSpan* span) {
  if (!rule.until) return !entity.is_open();
  Scope scope;
  fill(scope, entity, span);
  if (rule.when_reads_unit) fill_unit(scope, entity);
  return evaluate(*rule.until, scope).is_true();
}

/// Opens a new item, or takes up the ended one of the same rule and span: the same episode goes on if the
/// subject was not reopened meanwhile, else a new one begins.
void Engine::Impl::open_item(Entity& entity, const rule::Rule& rule, const LiveSpan* span, Item* old,
                             const Reason& reason) {
  const bool same_episode = old != nullptr && old->reopened == entity.reopened;
  if (old != nullptr && same_episode && !resumable(*old)) return;
  if (old != nullptr && same_episode && fulfilled_by_evidence(*old)) return;  // that stays
  if (old != nullptr && same_episode) {
    old->ended = kNever;
    old->outcome = Outcome::open;
    old->planned = now;
    replan(entity, rule, span, *old, reason);
    fire_overdue(entity, rule, *old);
    schedule(entity, rule, *old);
    return;
  }
  std::optional<std::vector<std::string>> old_proposals;
  if (old != nullptr) {
    old_proposals = std::move(old->proposals);
    entity.items.erase(entity.items.begin() + (old - entity.items.data()));
  }
  Item item;
  item.rule = name_of(rule);
  item.span = span != nullptr ? span->key : std::string{};
  item.episode = entity.began_by;
  item.reopened = entity.reopened;
  item.opened = reason.event != nullptr ? std::min(reason.event->time, now) : now;
  item.noticed = item.planned = now;
  if (entity.reopened > 0) item.floor = static_cast<uint8_t>(std::min(rule.reopen_level, 7));
  if (!rule.inherits_level_from.empty())
    for (const Item& other : entity.items)
      if (const rule::Rule* from = rule_of(other); from != nullptr && from->id == rule.inherits_level_from)
        item.floor = std::max(item.floor, other.level);
  if (reason.event != nullptr) item.cause = cause_of(*reason.event);
  if (reason.cause != nullptr) item.cause = *reason.cause;
  if (old_proposals) item.proposals = std::move(*old_proposals);
  set_due(entity, rule, span, item);
  carry_streak(entity, rule, item);
  entity.items.push_back(std::move(item));
  fire_overdue(entity, rule, entity.items.back());
  schedule(entity, rule, entity.items.back());
}

/// A new due date set by an event begins a new episode; one from the calendar or an edited rule does not.
void Engine::Impl::replan(Entity& entity, const rule::Rule& rule, const LiveSpan* span, Item& item,
                          const Reason& reason) {
  const Instant before = item.due;
  const std::optional<Date> date_before = item.provisional ? item.due_date : std::nullopt;
  set_due(entity, rule, span, item);
  if (reason.configuration && date_before && item.due_date && !item.provisional &&
      item.due_date != date_before)
    item.near_miss = arrangement_moved(date_before->str(), item.due_date->str());
  if (item.due != before) {
    if (reason.event != nullptr && before != kNever) {
      item.episode = reason.event->id;
      item.cause = cause_of(*reason.event);
      item.fired.clear();
      item.decisions.clear();
      item.level = item.decided = 0;
    }
    item.planned = now;
  }
  if (reason.configuration) item.planned = std::max(item.planned, now);
}

void Engine::Impl::set_due(const Entity& entity, const rule::Rule& rule, const LiveSpan* span, Item& item) {
  const SpanDates dates = span != nullptr ? span->dates : span_dates(rule, item);
  const std::optional<rule::Moment> due = due_of(rule, entity, item.opened, dates, config->time_base());
  item.due = due ? rule::end_of(*due, config->zone) : kNever;
  item.due_date = due ? due->date : std::nullopt;
  item.provisional = due && due->provisional;
}

ledger::Cause Engine::Impl::cause_of(const Event& event) {
  const Origin& origin = event.origin;
  return {ledger.intern(event.type->name), ledger.intern(origin.input->topic), origin.input->partition,
          origin.offset, std::string(event.id)};
}

void Engine::Impl::schedule(Entity& entity, const rule::Rule& rule, Item& item) {
  Instant next = kNever;
  for (PlannedStage& planned : plan(rule, entity, item, span_dates(rule, item), config->time_base())) {
    planned.name = stage_names.at(planned.stage);
    next = std::min(next, next_of(planned, item));
  }
  item.next = next;
  const bool spanned = rule.trigger.calendar() || (rule.outlives && !item.span.empty());
  const bool said_all = next == kNever && item.is_open() && spanned && item.due != kNever;
  if (said_all && item.due <= now) return end_item(entity, &rule, item, Outcome::missed);
  if (said_all) item.next = item.due;  // nothing is left to say, but it is missed then
  ledger.touch(entity);
}

/// An item that opens or resumes already overdue says the last stage since its due date.
void Engine::Impl::fire_overdue(Entity& entity, const rule::Rule& rule, Item& item) {
  if (item.due == kNever || item.due > now || !item.is_open()) return;
  std::vector<PlannedStage> passed = plan(rule, entity, item, span_dates(rule, item), config->time_base());
  std::erase_if(passed, [&](const PlannedStage& p) { return p.at < item.due || p.at >= item.planned; });
  std::stable_sort(passed.begin(), passed.end(),
                   [](const PlannedStage& a, const PlannedStage& b) { return a.at < b.at; });
  for (auto last = passed.rbegin(); last != passed.rend(); ++last) {
    const NameId name = stage_names.at(last->stage);
    if (fired(item, name) != nullptr) return;  // said before the item was interrupted
    if (!allowed(*last->stage, rule, entity, item)) continue;
    raise(entity, rule, item, *last->stage, name, 0);
    return;
  }
}

void Engine::Impl::end_item(Entity& entity, const rule::Rule* rule, Item& item, Outcome outcome) {
  item.ended = item.planned = now;
  item.outcome = outcome;
  item.next = kNever;
  if (rule != nullptr && outcome != Outcome::retired) {
    // Only stages that hang on the end are left; those with other anchors are over with it.
    for (PlannedStage& planned : plan(*rule, entity, item, span_dates(*rule, item), config->time_base())) {
      if (planned.stage->at.anchor != rule::Anchor::ended) continue;
      planned.name = stage_names.at(planned.stage);
      item.next = std::min(item.next, next_of(planned, item));
    }
  }
  ledger.touch(entity);
}

/// Items whose rule or span is gone, or whose span has passed to a more specific one.
void Engine::Impl::end_orphans(Entity& entity, const Reason& reason) {
  for (Item& item : entity.items) {
    if (!item.is_open() || (reason.rule != NameId{} && item.rule != reason.rule)) continue;
    const rule::Rule* rule = rule_of(item);
    const bool spanned = rule != nullptr && rule->trigger.kind != rule::Trigger::Kind::none;
    if (rule == nullptr || rule->subject != entity.kind || spanned == item.span.empty()) {
      end_item(entity, nullptr, item, Outcome::retired);
      continue;
    }
    if (!spanned || rule->trigger.kind == rule::Trigger::Kind::measure) continue;
    if (const LiveSpan* span = find_span(*rule, carrying(item))) {
      if (!covers(*span, entity)) end_item(entity, rule, item, Outcome::void_);
    } else if (!rule->outlives) {
      end_item(entity, rule, item, Outcome::expired);
    } else if (reason.all || (rule->reads & reason.changed) != 0) {
      if (const LiveSpan* over = span_of(*rule, item)) review(entity, *rule, over, item, reason);
    }
  }
}

/// Consecutive misses of this rule and subject, from the span before this one. Evidence that came after the
/// due date leaves a span missed; one that was waived, or did not run its course, is skipped.
void Engine::Impl::carry_streak(const Entity& entity, const rule::Rule& rule, Item& item) const {
  const Item* before = nullptr;
  for (const Item& other : entity.items)
    if (other.rule == name_of(rule) && other.span != item.span && other.due < item.due &&
        (before == nullptr || other.due > before->due))
      before = &other;
  item.misses_year = config->zone.date(item.opened).year();
  item.streak = item.misses = 0;
  if (before == nullptr) return;
  const bool passed = before->due <= (before->is_open() ? now : before->ended);
  const bool missed = before->outcome == Outcome::missed || before->outcome == Outcome::fulfilled_late ||
                      (passed && (before->is_open() || before->outcome == Outcome::expired));
  if (before->outcome != Outcome::fulfilled) item.streak = before->streak + (missed ? 1 : 0);
  if (before->misses_year == item.misses_year) item.misses = before->misses + (missed ? 1 : 0);
}

/// Of ended items of past spans only the latest are kept: their memory of what was said is not needed once
/// the span cannot come back. For a calendar's spans late evidence may still come, and a waiver.
void Engine::Impl::forget_old_items(Entity& entity) {
  const size_t forgotten = std::erase_if(entity.items, [&](const Item& item) {
    if (item.span.empty() || item.is_open() || item.next != kNever) return false;
    const rule::Rule* rule = rule_of(item);
    if (rule != nullptr && find_span(*rule, carrying(item)) != nullptr) return false;
    if (!item.proposals.empty()) return false;  // a decision may still come
    const auto later = std::count_if(entity.items.begin(), entity.items.end(), [&](const Item& other) {
      return other.rule == item.rule && std::tie(other.due, other.opened) > std::tie(item.due, item.opened);
    });
    return later >= (rule != nullptr && rule->trigger.calendar() ? kPastSpans : 1);
  });
  if (forgotten > 0) ledger.touch(entity);
}

Item* Engine::Impl::find_item(Entity& entity, NameId rule, std::string_view span) const {
  for (Item& item : entity.items)
    if (item.rule == rule && item.span == span) return &item;
  return nullptr;
}

const rule::Rule* Engine::Impl::rule_of(const Item& item) const {
  const auto found = rule_by_name.find(static_cast<int32_t>(item.rule));
  return found == rule_by_name.end() ? nullptr : found->second;
}

const LiveSpan* Engine::Impl::span_of(const rule::Rule& rule, const Item& item) {
  if (item.span.empty()) return nullptr;
  const std::string& key = carrying(item);
  if (rule.trigger.kind == rule::Trigger::Kind::measure) {
    past = threshold_span(rule, key, item.noticed, item.cleared);
    return &past;
  }
  if (const LiveSpan* span = find_span(rule, key)) return span;
  if (const CalendarSpan* span = calendar_span(rule, key)) {
    past = make_live(rule, *span, config->zone);
    return &past;
  }
  const auto row = ledger.span(name_of(rule), key);
  if (!row || rule.trigger.kind != rule::Trigger::Kind::event) return nullptr;
  auto span = event_span(rule, *row);
  if (!span) return nullptr;
  past = std::move(*span);
  if (!row->live) past.dates.end = rule::Moment::of(row->closes);
  return &past;
}

SpanDates Engine::Impl::span_dates(const rule::Rule& rule, const Item& item) {
  if (item.span.empty()) return {};
  if (item.carried.empty())
    if (const LiveSpan* span = find_span(rule, item.span)) return span->dates;
  SpanDates dates;
  if (const CalendarSpan* span = calendar_span(rule, item.span))
    return {rule::Moment::of(span->first, config->zone), rule::Moment::of(span->last, config->zone), {}};
  if (const LiveSpan* span = span_of(rule, item)) {
    dates = span->dates;
  } else {
    dates.start = rule::Moment::of(item.opened);
    if (!item.is_open()) dates.end = rule::Moment::of(item.ended);
  }
  if (!item.carried.empty())
    if (const auto first = ledger.span(name_of(rule), item.span))
      dates.start = rule::Moment::of(first->opened);
  return dates;
}

}  // namespace duban::engine
