#include <algorithm>

#include "core/limits.hpp"
#include "core/log.hpp"
#include "engine/impl.hpp"

namespace duban::engine {
namespace {

const Origin& origin_of(const event::Decoded& input) {
  return std::visit([](const auto& in) -> const Origin& { return in.origin; }, input);
}

}  // namespace

Applied Engine::Impl::apply(const Batch& batch) {
  applied = {};
  inputs_lost = batch.inputs_lost;
  forget_other_clusters(batch);
  size_t next = 0;
  bool singly = false;
  do {
    const size_t begin = next;
    const Applied before = applied;
    try {
      in_transaction([&] { apply_inputs(batch, next); });
    } catch (const ledger::StorageError&) {
      throw;  // never an event's fault: the caller stops the intake
    } catch (const std::exception& error) {
      if (begin == batch.inputs.size()) throw;  // a tick failed: a defect of ours, not of an event
      log::error("a batch could not be applied ({}); its records are applied one by one", error.what());
      applied = before;
      next = begin;
      singly = true;
    }
    if (singly) {
      apply_singly(batch, next);
      next = batch.inputs.size();
      singly = false;
      in_transaction([&] { apply_inputs(batch, next); });
    }
  } while (next < batch.inputs.size());
  return applied;
}

/// Offsets of another cluster's log say nothing about this one's: a person has decided to read it.
void Engine::Impl::forget_other_clusters(const Batch& batch) {
  for (const ledger::Position& position : batch.positions) {
    std::string& known = clusters[position.input];
    if (!known.empty() && known != position.cluster) applied_to.erase(position.input);
    known = position.cluster;
  }
}

void Engine::Impl::apply_inputs(const Batch& batch, size_t& next) {
  ticks_left = slice.ticks;
  if (last_input == Instant{}) begin_at(batch);
  for (; next < batch.inputs.size(); ++next) {
    const Origin& origin = origin_of(batch.inputs[next]);
    const auto known = applied_to.find(*origin.input);
    if (known != applied_to.end() && origin.offset < known->second) continue;
    if (!apply_input(batch.inputs[next])) break;  // the slice is used up; the next transaction goes on
    if (known != applied_to.end())
      known->second = origin.offset + 1;
    else
      applied_to.emplace(*origin.input, origin.offset + 1);
  }
  if (next == batch.inputs.size()) {
    const bool all_fired = fire_until(batch.frontier, true);
    if (all_fired) last_input = std::max(last_input, batch.frontier);
    const bool jobs_left = run_jobs();
    applied.more = !all_fired || jobs_left || std::min(ledger.next_agenda(), boundary) <= batch.frontier;
    finish_batch(batch);
  } else {
    for (const auto& [input, offset] : applied_to) note_position(batch, Origin{&input, offset - 1, {}});
  }
  ledger.set_instant(last_input);
}

/// A ledger that is new begins with its first input: what lies before has never been.
void Engine::Impl::begin_at(const Batch& batch) {
  Instant first = batch.frontier;
  if (!batch.inputs.empty()) first = origin_of(batch.inputs.front()).at;
  advance(first);
  checked_day = config->zone.date(first);
  load_calendar_spans();
}

void Engine::Impl::apply_singly(const Batch& batch, size_t from) {
  for (size_t i = from; i < batch.inputs.size(); ++i) {
    const event::Decoded& input = batch.inputs[i];
    const Origin& origin = origin_of(input);
    if (is_known(origin)) continue;
    // What is due before the event is not the event's fault: should that fail, it is a defect of ours.
    for (bool ready = false; !ready;)
      in_transaction([&] {
        ticks_left = slice.ticks;
        ready = is_next(input);
        ledger.set_instant(last_input);
      });
    const Instant t = std::max(origin.at, last_input);
    const Applied before = applied;
    try {
      in_transaction([&] {
        ticks_left = SIZE_MAX;
        apply_input(input);
        note_position(batch, origin);
        ledger.set_instant(last_input);
      });
    } catch (const ledger::StorageError&) {
      throw;
    } catch (const std::exception& error) {
      const Event* event = std::get_if<Event>(&input);
      if (event == nullptr) throw;
      applied = before;
      const std::string reason = error.what();
      in_transaction([&] {
        advance(t);
        refuse(*event, "D90",
               "applying the event failed: " + reason + "; this is a defect of duban, please report it");
        note_position(batch, origin);
        ledger.set_instant(last_input);
      });
    }
  }
}

void Engine::Impl::note_position(const Batch& batch, const Origin& origin) {
  ledger::Position position{*origin.input, origin.offset + 1, -1, {}};
  for (const ledger::Position& known : batch.positions)
    if (known.input == position.input) {
      position.leader_epoch = known.leader_epoch;
      position.cluster = known.cluster;
    }
  applied_to[position.input] = std::max(applied_to[position.input], position.next_offset);
  ledger.put(position);
}

void Engine::Impl::finish_batch(const Batch& batch) {
  for (const ledger::Position& position : batch.positions) {
    ledger.put(position);
    applied_to[position.input] = std::max(applied_to[position.input], position.next_offset);
  }
}

/// Applied before a restart: its offset is in the ledger.
bool Engine::Impl::is_known(const Origin& origin) const {
  const auto known = applied_to.find(*origin.input);
  return known != applied_to.end() && origin.offset < known->second;
}

/// Fan-outs finish before what every subject's rules may read changes (units, spans, seasons, what is
/// measured), and before an event that every subject of a rule is to hear of.
bool Engine::Impl::waits_for_jobs(const Event* event) const {
  if (measured || counting()) return true;
  if (event == nullptr) return false;
  if (event->type->kind != nullptr && config->replicated(*event->type->kind)) return true;
  const auto& rules = config->rules.by_evidence[static_cast<size_t>(event->type->index)];
  return std::any_of(rules.begin(), rules.end(), [](const rule::Rule* rule) {
    return rule->done_by->index == rule::DoneBy::Index::none;
  });
}

/// Brings the engine up to the input, as far as the slice goes; true if it may be applied now. Of the
/// fan-outs that it waits for there is one slice in a transaction.
bool Engine::Impl::is_next(const event::Decoded& input) {
  const Origin& origin = origin_of(input);
  const Event* event = std::get_if<Event>(&input);
  const bool shared = waits_for_jobs(event);
  if (shared && run_jobs()) return false;
  if (!fire_until(std::max(origin.at, last_input), false)) return false;
  return !shared || jobs.empty();  // a span that opened on the way has found subjects with ticks before now
}

bool Engine::Impl::apply_input(const event::Decoded& input) {
  if (!is_next(input)) return false;
  advance(std::max(origin_of(input).at, last_input));
  if (const Event* event = std::get_if<Event>(&input))
    apply_event(*event);
  else
    refuse(std::get<event::Refusal>(input), true);
  return true;
}

void Engine::Impl::advance(Instant t) {
  now = t;
  last_input = std::max(last_input, t);
}

/// Whether a tick may move an entity that the rules of other subjects read.
bool Engine::Impl::changes_shared(ledger::EntityId id, Instant t) {
  const Entity* entity = ledger.get(id);
  return entity != nullptr && (entity->expires <= t || !entity->parked.empty()) &&
         config->replicated(*entity->kind);
}

bool Engine::Impl::fire_until(Instant until, bool inclusive) {
  for (;;) {
    const Instant t = std::min(ledger.next_agenda(), boundary);
    if (t == kNever || t > until || (t == until && !inclusive)) return true;
    if (ticks_left == 0) return false;
    advance(t);
    if (boundary <= t) {
      if (!jobs.empty()) {  // they may find ticks before the boundary
        if (run_jobs()) return false;
        continue;
      }
      cross_boundary(boundary);
      --ticks_left;
      continue;
    }
    const std::vector<ledger::EntityId> ids = ledger.due(t, ticks_left);
    if (ids.empty()) throw std::logic_error("the agenda has an instant without an entity");
    // What a measure counts is complete only when every subject knows of its spans.
    if (!jobs.empty() && (measured || counting())) {
      if (run_jobs()) return false;
      continue;
    }
    if (!jobs.empty() &&
        std::any_of(ids.begin(), ids.end(), [&](auto id) { return changes_shared(id, t); })) {
      if (run_jobs()) return false;
      continue;
    }
    ledger.journal({0, t, ledger::JournalKind::tick, {}, {}, 0, 0, {}});
    for (const ledger::EntityId id : ids) {
      Entity* entity = ledger.get(id);
      if (entity == nullptr) throw std::logic_error("the agenda names an entity that does not exist");
      tick(*entity, t);
    }
    ticks_left -= std::min(ticks_left, ids.size());
  }
}

void Engine::Impl::in_transaction(const std::function<void()>& work) {
  ledger.begin();
  try {
    work();
    ledger.commit();
  } catch (...) {
    ledger.rollback();
    reload_memory();
    throw;
  }
}

}  // namespace duban::engine
