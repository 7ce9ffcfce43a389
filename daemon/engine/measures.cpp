// Measures: numbers that the transactions of the events keep, lists and counts of items that are collected
// when asked for.
#include <algorithm>

#include "core/limits.hpp"
#include "engine/impl.hpp"
#include "engine/measured.hpp"

namespace duban::engine {
namespace {

using By = rule::Measure::By;

std::optional<Date> date_of(const cel::Value& value, const Zone& zone) {
  if (value.is(cel::Kind::date)) return value.date();
  if (value.is(cel::Kind::timestamp)) return zone.date(value.instant());
  return std::nullopt;
}

}  // namespace

// ---- what events keep

std::optional<Date> Engine::Impl::day_of(const rule::Measure& measure, const Entity& entity) const {
  if (measure.on >= 0) return date_of(entity.fields[measure.on], config->zone);
  return config->zone.date(entity.began != Instant{} ? entity.began : entity.changed);
}

std::string Engine::Impl::place_of(const rule::Measure& measure, const Entity& entity) const {
  switch (measure.by) {
    case By::area:
      return std::string(entity.text(entity.kind->area));
    case By::unit:
      return std::string(unit_id_of(entity));
    case By::field:
      return std::string(entity.text(measure.field));
    case By::all:
      break;
  }
  return {};
}

/// Where and when each measure counts this entity, as it is now.
std::vector<ledger::MeasureCount> Engine::Impl::counted(const Entity& entity) {
  std::vector<ledger::MeasureCount> counts;
  const auto& measures = config->rules.measures_of[static_cast<size_t>(entity.kind->index)];
  if (measures.empty() || !entity.known || !is_home(entity)) return counts;
  Scope scope;
  scope.values[rule::kSubject] = entity.record();
  for (const rule::Measure* measure : measures) {
    if (measure->where && !evaluate(*measure->where, scope).is_true()) continue;
    if (const auto day = day_of(*measure, entity))
      counts.push_back(
          {measure_names[static_cast<size_t>(measure->index)], place_of(*measure, entity), *day, 1});
  }
  return counts;
}

void Engine::Impl::recount(const Entity& entity, const std::vector<ledger::MeasureCount>& before) {
  std::vector<ledger::MeasureCount> after = counted(entity);
  const auto same = [](const ledger::MeasureCount& a, const ledger::MeasureCount& b) {
    return a.measure == b.measure && a.place == b.place && a.day == b.day;
  };
  const auto change = [&](ledger::MeasureCount count, const std::vector<ledger::MeasureCount>& other,
                          int by) {
    if (std::any_of(other.begin(), other.end(), [&](const auto& o) { return same(o, count); })) return;
    count.count = by;
    ledger.count(count);
    const auto name = std::find(measure_names.begin(), measure_names.end(), count.measure);
    crossed.emplace_back(static_cast<int>(name - measure_names.begin()), count.place);
  };
  for (const ledger::MeasureCount& count : before) change(count, after, -1);
  for (const ledger::MeasureCount& count : after) change(count, before, 1);
}

/// After a change of the measures: every entity of the kinds that are counted, in slices. Nothing else
/// happens before they are through.
void Engine::Impl::count_anew() {
  std::erase_if(jobs, [&](const ledger::Job& job) {
    if (job.task == ledger::Job::Task::count) ledger.finish(job);  // of measures that have changed again
    return job.task == ledger::Job::Task::count;
  });
  ledger.forget_counts();
  for (const auto& kind : config->catalog->kinds()) {
    if (config->rules.measures_of[static_cast<size_t>(kind->index)].empty()) continue;
    ledger::Job job;
    job.task = ledger::Job::Task::count;
    job.kind = ledger.intern(kind->name);
    if (!ledger.members(job.kind, 0, 1).empty()) add_job(std::move(job));
  }
}

void Engine::Impl::run_count(size_t position) {
  ledger::Job& job = jobs[position];
  const auto ids = ledger.members(job.kind, job.cursor_entity, slice.subjects);
  for (const ledger::EntityId id : ids) {
    for (const ledger::MeasureCount& count : counted(*ledger.get(id))) ledger.count(count);
    job.cursor_entity = static_cast<int64_t>(id);
  }
  if (ids.size() == slice.subjects) {
    ledger.put(job);
    return;
  }
  ledger.finish(job);
  jobs.erase(jobs.begin() + static_cast<std::ptrdiff_t>(position));
}

// ---- what is asked for

cel::Value Engine::Impl::measure(int index, std::string_view place, const cel::Value* span,
                                 cel::Context& context) {
  return engine::measured(ledger, {*config, index, place, span, config->zone.date(now)}, context,
                          [&](const rule::Measure& one) { return collect(one, place, span, context); });
}

cel::Value Engine::Impl::collect(const rule::Measure& measure, std::string_view place, const cel::Value* span,
                                 cel::Context& context) {
  std::vector<cel::Value> found;
  visit_places(measure, place, [&](Entity& entity) {
    if (!collects(measure, entity, span)) return;
    const bool unit = entity.kind == unit_kind;
    const std::string_view title = entity.text(unit ? unit_fields->name : entity.kind->title_field);
    found.push_back(cel::Value::of(context.arena.copy(title.empty() ? std::string_view(entity.key) : title)));
  });
  if (measure.kind == rule::Measure::Kind::count) return cel::Value::of(static_cast<int64_t>(found.size()));
  cel::Value* items = context.arena.values(found.size());
  std::copy(found.begin(), found.end(), items);
  return cel::Value::of(std::span<const cel::Value>(items, found.size()));
}

/// Of items the one of the span that is asked for, else the rule's latest.
bool Engine::Impl::collects(const rule::Measure& measure, Entity& entity, const cel::Value* span) {
  if (!entity.known || !is_home(entity)) return false;
  Scope scope;
  fill(scope, entity, nullptr);
  if (measure.rule.empty()) {
    const auto day = day_of(measure, entity);
    if (!day || !days_of(measure, span, config->zone.date(now)).contain(*day)) return false;
    return !measure.where || evaluate(*measure.where, scope).is_true();
  }
  const rule::Rule* rule = config->rules.find(measure.rule);
  const Item* item = nullptr;
  for (const Item& one : entity.items) {
    if (rule == nullptr || one.rule != name_of(*rule)) continue;
    if (span != nullptr && rule->trigger.calendar()) {
      const SpanDates dates = span_dates(*rule, one);
      const cel::Value& first = span->fields()[rule::kSpanStart];
      if (!dates.start || !dates.start->date || !first.is(cel::Kind::date) ||
          *dates.start->date != first.date())
        continue;
    }
    if (item == nullptr || one.opened > item->opened) item = &one;
  }
  if (item == nullptr) return false;
  fill_unit(scope, entity);
  fill_item(scope, *rule, *item);
  return !measure.where || evaluate(*measure.where, scope).is_true();
}

/// The open entities of a measure's kind in a place.
void Engine::Impl::visit_places(const rule::Measure& measure, std::string_view place,
                                const std::function<void(Entity&)>& visit) {
  const NameId kind = ledger.intern(measure.subject->name);
  const bool by_unit = measure.by == By::unit;
  if (by_unit && measure.subject == unit_kind) {
    if (Entity* unit = ledger.find(*unit_kind, place); unit != nullptr && unit->is_open()) visit(*unit);
    return;
  }
  const std::string_view area = measure.by == By::area ? place : std::string_view{};
  std::string after_area;
  int64_t after = 0;
  for (;;) {
    const auto ids = by_unit ? ledger.open_of_unit(kind, place, after, limits::kJobSlice)
                             : ledger.open_in_area(kind, area, after_area, after, limits::kJobSlice);
    for (const ledger::EntityId id : ids) {
      Entity* entity = ledger.get(id);
      after = static_cast<int64_t>(id);
      after_area = entity->indexed_area;
      if (measure.by != By::field || entity->text(measure.field) == place) visit(*entity);
    }
    if (ids.size() < limits::kJobSlice) return;
  }
}

}  // namespace duban::engine
