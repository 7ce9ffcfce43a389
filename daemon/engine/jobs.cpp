// Fan-outs: a row with a cursor, run in slices between batches.
//
// A job's instant is that of its cause, and an entity that is touched before its turn is brought up first, so
// the result does not depend on the job's progress (architecture.md, invariant 8).
#include <tuple>

#include "engine/impl.hpp"

namespace duban::engine {
namespace {

/// Both have the same subjects before them.
bool same_walk(const ledger::Job& a, const ledger::Job& b) {
  const auto walk = [](const ledger::Job& job) {
    return std::tie(job.at, job.kind, job.area, job.last_entity, job.cursor_area, job.cursor_entity);
  };
  return walk(a) == walk(b);
}

}  // namespace

void Engine::Impl::visit_subjects(const rule::Rule& rule, const std::vector<std::string>& areas) {
  for (const std::string& area : areas) {
    ledger::Job job;
    job.at = now;
    job.kind = ledger.intern(rule.subject->name);
    job.rule = name_of(rule);
    job.area = area;
    job.last_entity = ledger.last_entity_id();
    job.id = ledger.put(job);
    jobs.push_back(std::move(job));
  }
}

void Engine::Impl::visit_kind(const event::EntityKind& kind) {
  ledger::Job job;
  job.at = now;
  job.kind = ledger.intern(kind.name);
  job.last_entity = ledger.last_entity_id();
  job.id = ledger.put(job);
  jobs.push_back(std::move(job));
}

void Engine::Impl::settle_jobs() {
  while (run_jobs()) {
  }
}

/// One slice of the oldest fan-out; true if more is left. bring_up() brings a subject all that is pending, so
/// fan-outs of one cause over the same subjects (thirty rules of a month's first day) go on together, in one
/// walk.
bool Engine::Impl::run_jobs() {
  if (jobs.empty()) return false;
  const ledger::Job front = jobs.front();
  ledger::Job at = front;
  const auto ids =
      ledger.open_in_area(front.kind, front.area, front.cursor_area, front.cursor_entity, slice.subjects);
  for (const ledger::EntityId id : ids) {
    Entity* entity = ledger.get(id);
    bring_up(*entity, front.at);
    at.cursor_area = entity->indexed_area;
    at.cursor_entity = static_cast<int64_t>(id);
  }
  check_thresholds();
  const bool through = ids.size() < slice.subjects;
  std::erase_if(jobs, [&](ledger::Job& job) {
    if (!same_walk(job, front)) return false;
    if (through) {
      ledger.finish(job);
      return true;
    }
    job.cursor_area = at.cursor_area;
    job.cursor_entity = at.cursor_entity;
    ledger.put(job);
    return false;
  });
  return !jobs.empty();
}

void Engine::Impl::bring_up(Entity& entity, Instant t) {
  const Instant present = now;
  const NameId kind = ledger.intern(entity.kind->name);
  for (const ledger::Job& job : jobs) {
    if (job.kind != kind || static_cast<int64_t>(entity.id) > job.last_entity || job.at > t) continue;
    const std::string_view area = entity.text(entity.kind->area);
    if (!entity.known || !area.starts_with(job.area)) continue;
    now = job.at;
    if (!entity.provisional.empty()) recompute_provisional(entity);
    Reason reason;
    reason.rule = job.rule;
    reason.configuration = job.rule == NameId{};
    refresh(entity, reason);
  }
  for (Item& item : entity.items)
    while (item.next < t) fire_item(entity, item, item.next);
  forget_old_items(entity);
  now = present;
}

}  // namespace duban::engine
