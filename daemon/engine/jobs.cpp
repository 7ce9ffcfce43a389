// Fan-outs: what changes for many subjects at once is brought to them in slices between batches.
//
// A job's instant is that of its cause, and an entity that is touched before its turn is brought up first, so
// the result does not depend on the job's progress (architecture.md, invariant 8).
#include <algorithm>
#include <tuple>

#include "engine/impl.hpp"

namespace duban::engine {
namespace {

using Task = ledger::Job::Task;

/// Both have the same subjects before them.
bool same_walk(const ledger::Job& a, const ledger::Job& b) {
  const auto walk = [](const ledger::Job& job) {
    const std::string_view unit = job.task == Task::of_unit ? job.detail : std::string_view{};
    return std::tuple(job.at, job.kind, std::string_view(job.area), unit, job.last_entity,
                      std::string_view(job.cursor_area), job.cursor_entity);
  };
  return walk(a) == walk(b);
}

}  // namespace

void Engine::Impl::add_job(ledger::Job job) {
  job.at = now;
  job.last_entity = ledger.last_entity_id();
  job.id = ledger.put(job);
  jobs.push_back(std::move(job));
}

void Engine::Impl::visit_subjects(const rule::Rule& rule, const std::vector<std::string>& areas) {
  for (const std::string& area : areas) {
    ledger::Job job;
    job.kind = ledger.intern(rule.subject->name);
    job.rule = name_of(rule);
    job.area = area;
    add_job(std::move(job));
  }
}

void Engine::Impl::visit_kind(const event::EntityKind& kind) {
  ledger::Job job;
  job.kind = ledger.intern(kind.name);
  add_job(std::move(job));
}

/// Conditions that read the unit hold or not for every subject of it.
void Engine::Impl::visit_subjects_of(const Entity& unit) {
  for (const auto& kind : config->catalog->kinds()) {
    const auto& rules = config->rules.by_subject[static_cast<size_t>(kind->index)];
    if (std::none_of(rules.begin(), rules.end(), [](const rule::Rule* r) { return r->when_reads_unit; }))
      continue;
    ledger::Job job;
    job.task = Task::of_unit;
    job.kind = ledger.intern(kind->name);
    job.detail = unit.key;
    if (!ledger.open_of_unit(job.kind, unit.key, 0, 1).empty()) add_job(std::move(job));
  }
}

void Engine::Impl::weigh_for_all(const Event& event, const rule::Rule& rule) {
  ledger::Job job;
  job.task = Task::evidence;
  job.kind = ledger.intern(rule.subject->name);
  job.rule = name_of(rule);
  job.detail = event::to_structured(event);
  add_job(std::move(job));
}

void Engine::Impl::settle_jobs() {
  while (run_jobs()) {
  }
}

bool Engine::Impl::counting() const {
  return std::any_of(jobs.begin(), jobs.end(), [](const auto& job) { return job.task == Task::count; });
}

/// One slice of the oldest fan-out; true if more is left. What measures count comes first: the others may ask
/// for it.
bool Engine::Impl::run_jobs() {
  if (jobs.empty()) return false;
  const auto count =
      std::find_if(jobs.begin(), jobs.end(), [](const auto& job) { return job.task == Task::count; });
  if (count != jobs.end())
    run_count(static_cast<size_t>(count - jobs.begin()));
  else
    run_walk();
  return !jobs.empty();
}

/// bring_up() brings a subject all that is pending, so fan-outs of one cause over the same subjects (thirty
/// rules of a month's first day) go on together, in one walk.
void Engine::Impl::run_walk() {
  const ledger::Job front = jobs.front();
  ledger::Job at = front;
  const auto ids = front.task == Task::of_unit
                       ? ledger.open_of_unit(front.kind, front.detail, front.cursor_entity, slice.subjects)
                       : ledger.open_in_area(front.kind, front.area, front.cursor_area, front.cursor_entity,
                                             slice.subjects);
  for (const ledger::EntityId id : ids) {
    Entity* entity = ledger.get(id);
    bring_up(*entity, front.at);
    at.cursor_area = front.task == Task::of_unit ? std::string{} : entity->indexed_area;
    at.cursor_entity = static_cast<int64_t>(id);
  }
  check_thresholds();
  const bool through = ids.size() < slice.subjects;
  std::erase_if(jobs, [&](ledger::Job& job) {
    if (!same_walk(job, front)) return false;
    if (through) {
      finish(job);
      return true;
    }
    job.cursor_area = at.cursor_area;
    job.cursor_entity = at.cursor_entity;
    ledger.put(job);
    return false;
  });
}

void Engine::Impl::finish(const ledger::Job& job) {
  ledger.finish(job);
  weighed.erase(job.id);
}

void Engine::Impl::bring_up(Entity& entity, Instant t) {
  const Instant present = now;
  const NameId kind = ledger.intern(entity.kind->name);
  for (const ledger::Job& job : jobs) {
    if (job.kind != kind || static_cast<int64_t>(entity.id) > job.last_entity || job.at > t) continue;
    if (!concerns(job, entity)) continue;
    now = job.at;
    if (job.task == Task::evidence) {
      weigh(job, entity);
      continue;
    }
    if (!entity.provisional.empty()) recompute_provisional(entity);
    Reason reason;
    reason.rule = job.rule;
    reason.configuration = job.task == Task::look && job.rule == NameId{};
    refresh(entity, reason);
  }
  for (Item& item : entity.items)
    while (item.next < t) fire_item(entity, item, item.next);
  forget_old_items(entity);
  now = present;
}

/// Whether a job is about a subject of its kind: the open ones, as its walk has them.
bool Engine::Impl::concerns(const ledger::Job& job, const Entity& entity) const {
  if (!entity.known || !entity.is_open() || job.task == Task::count) return false;
  if (job.task == Task::of_unit) return unit_id_of(entity) == job.detail;
  // One that has changed since has heard of it before.
  if (job.task == Task::evidence && entity.changed > job.at) return false;
  return entity.text(entity.kind->area).starts_with(job.area);
}

/// Of a job that was begun before a restart the event is decoded again.
void Engine::Impl::weigh(const ledger::Job& job, Entity& entity) {
  const auto rule = rule_by_name.find(static_cast<int32_t>(job.rule));
  if (rule == rule_by_name.end() || !rule->second->done_by || !is_home(entity)) return;
  Weighed& held = weighed[job.id];
  if (!held.event)
    held.event = decoder->decode_structured(job.detail, Origin{&held.input, 0, job.at}, *held.memory);
  if (const Event* event = std::get_if<Event>(&*held.event)) weigh_items(*event, *rule->second, entity);
}

}  // namespace duban::engine
