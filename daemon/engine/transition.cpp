// Events move entities as the catalog declares it.
#include <algorithm>

#include "core/limits.hpp"
#include "engine/impl.hpp"
#include "engine/near_miss.hpp"

namespace duban::engine {
namespace {

std::string joined(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "" : ", ") + name;
  return out;
}

uint64_t bit(int field) { return uint64_t{1} << std::min(field, 63); }

}  // namespace

/// A fact's home is that of its own id.
bool Engine::Impl::at_home(const Event& event) const {
  const event::EventType& type = *event.type;
  if (options.ownership.count == 1) return true;
  return options.ownership.owns(type.kind != nullptr ? home_slot(type.kind->name, event.key)
                                                     : slot_of(type.name, event.id));
}

void Engine::Impl::apply_event(const Event& event) {
  ++applied.events;
  const event::EventType& type = *event.type;
  if (type.kind != nullptr) {
    if (at_home(event) || config->replicated(*type.kind)) apply_to_entity(event);
  } else {
    const ledger::Ledger::Seen seen = ledger.fact_seen(event.identity, event.content, now);
    if (seen == ledger::Ledger::Seen::other_content)
      refuse(
          event, "D22",
          "an event with this source and id but other content was received before; give it an id of its own");
    if (seen != ledger::Ledger::Seen::no) ++applied.duplicates;
    if (seen != ledger::Ledger::Seen::no) return;
    write_journal(event, nullptr);
    apply_effect(event, nullptr);
  }
  if (type.decides) decide_elsewhere(event);
  apply_evidence(event);
  check_thresholds();
}

void Engine::Impl::apply_to_entity(const Event& event) {
  Entity* entity = ledger.find(*event.type->kind, event.key);
  if (entity != nullptr) {
    bring_up(*entity, now);
    if (duplicate(event, *entity)) return;
  }
  const Staged staged = judge(event, entity);
  switch (staged.verdict) {
    case Verdict::applied:
      if (entity == nullptr) entity = &ledger.create(*event.type->kind, event.key);
      transition(*entity, event, staged, false);
      retry_parked(*entity);
      break;
    case Verdict::waiting:
      if (entity == nullptr) entity = &ledger.create(*event.type->kind, event.key);
      park(*entity, event);
      break;
    case Verdict::illegal:
      if (entity != nullptr) remember(*entity, event);
      refuse(event, "D20", staged.reason);
      break;
  }
}

bool Engine::Impl::duplicate(const Event& event, const Entity& entity) {
  const auto same = std::find_if(entity.recent.begin(), entity.recent.end(),
                                 [&](const ledger::RecentEvent& r) { return r.identity == event.identity; });
  if (same == entity.recent.end()) return false;
  ++applied.duplicates;
  if (same->content != event.content)
    refuse(
        event, "D22",
        "an event with this source and id but other content was received before; give it an id of its own");
  return true;
}

void Engine::Impl::remember(Entity& entity, const Event& event) {
  entity.recent.push_back({event.identity, event.content});
  if (entity.recent.size() > limits::kRecentEvents) entity.recent.erase(entity.recent.begin());
  ledger.touch(entity);
}

Engine::Impl::Staged Engine::Impl::judge(const Event& event, const Entity* entity) {
  Staged staged = judge_state(event, entity);
  if (staged.verdict == Verdict::applied) stage_fields(event, entity, staged);
  return staged;
}

Engine::Impl::Staged Engine::Impl::judge_state(const Event& event, const Entity* entity) const {
  const event::EventType& type = *event.type;
  const auto subject = [&] { return type.kind->name + " '" + std::string(event.key) + "'"; };
  Staged staged;
  if (entity == nullptr || !entity->known) {
    if (type.creates) return staged;
    staged.verdict = type.missing == event::Missing::park ? Verdict::waiting : Verdict::illegal;
    staged.reason = type.name + ": " + subject() + " is not known; send the event that creates it first";
    return staged;
  }
  const std::string_view state = entity->state();
  if (type.legal_in(state)) return staged;
  staged.reason = type.name + " is not allowed for " + subject() + " in state " + std::string(state);
  if (!type.from.empty()) staged.reason += "; it is in " + joined(type.from);
  const bool may_come = type.missing == event::Missing::park && type.kind->is_open(state) &&
                        std::any_of(type.from.begin(), type.from.end(), [&](const std::string& from) {
                          return reachable.at(type.kind->name + "/" + std::string(state)).contains(from);
                        });
  staged.verdict = may_come ? Verdict::waiting : Verdict::illegal;
  return staged;
}

void Engine::Impl::stage_fields(const Event& event, const Entity* entity, Staged& staged) {
  const event::EventType& type = *event.type;
  const event::EntityKind& kind = *type.kind;
  const size_t count = kind.layout->fields.size();
  staged.fields = ledger.arena().values(count);
  if (entity != nullptr) {
    std::copy_n(entity->fields, count, staged.fields);
  } else {
    std::fill_n(staged.fields, count, cel::Value::absent());
    staged.fields[event::kKeyField] = cel::Value::of(event.key);
  }
  const cel::Value* data = event.data.fields();
  std::array<cel::Value, event::kCatalogSlots> variables{cel::Value::of_record(kind.layout, staged.fields),
                                                         event.data};
  cel::Context context{ledger.arena(), &host, &config->zone};
  const auto refuse_as = [&](std::string reason) {
    staged.verdict = Verdict::illegal;
    staged.reason =
        type.name + " for " + kind.name + " '" + std::string(event.key) + "': " + std::move(reason);
  };
  for (const event::EventType::Refuse& refusal : type.refuses)
    if (refusal.when->evaluate(variables, context).is_true()) return refuse_as(refusal.reason);
  const bool known = entity != nullptr && entity->known;
  const event::Expression& next_state = known || !type.creates ? type.to : type.creates;
  if (next_state) {
    const cel::Value state = next_state->evaluate(variables, context);
    if (!state.is(cel::Kind::string) || !kind.has_state(state.text()))
      return refuse_as("no state follows: " + cel::to_text(state) + "; check the fields that decide it");
    staged.fields[event::kStateField] = state;
    staged.fields[event::kOpenField] = cel::Value::of(kind.is_open(state.text()));
  }
  if (staged.fields[event::kStateField].is_absent())
    return refuse_as("it is not known in which state it would be");
  for (const auto& [from, to] : type.copies)
    if (!data[from].is_absent()) staged.fields[to] = data[from];
  for (const event::EventType::Set& set : type.sets) {
    host.provisional = false;
    const cel::Value value = set.value->evaluate(variables, context);
    const std::string& field = kind.layout->fields[static_cast<size_t>(set.field)].name;
    if (value.is_error() && value.text().starts_with("no such field"))
      continue;  // nothing to compute it from
    if (value.is_error()) return refuse_as(field + " cannot be computed: " + std::string(value.text()));
    staged.fields[set.field] = value.is(cel::Kind::null) ? cel::Value::absent() : value;
    if (host.provisional) staged.provisional.push_back(set.field);
  }
  for (size_t i = 0; i < count; ++i)
    if (!known || !cel::equal(staged.fields[i], entity->fields[i]))
      staged.changed |= bit(static_cast<int>(i));
}

void Engine::Impl::transition(Entity& entity, const Event& event, const Staged& staged, bool gap) {
  const bool was_known = entity.known;
  const bool was_open = was_known && entity.is_open();
  const std::vector<ledger::MeasureCount> counted_before = counted(entity);
  std::copy_n(staged.fields, entity.kind->layout->fields.size(), entity.fields);
  entity.known = true;
  entity.changed = now;
  if (!was_known && !entity.chain.empty() && !entity.kind->superseded_state.empty()) {
    // Its successor came before it.
    entity.fields[event::kStateField] = cel::Value::of(ledger.arena().copy(entity.kind->superseded_state));
    entity.fields[event::kOpenField] = cel::Value::of(entity.kind->is_open(entity.kind->superseded_state));
  }
  // What this event has set is no longer what an earlier one computed.
  const auto set_here = [&](const ledger::Provisional& p) {
    const auto of_field = [&](const auto& set) { return set.field == p.field; };
    const auto copied = [&](const auto& copy) {
      return copy.second == p.field && !event.data.fields()[copy.first].is_absent();
    };
    return std::any_of(event.type->sets.begin(), event.type->sets.end(), of_field) ||
           std::any_of(event.type->copies.begin(), event.type->copies.end(), copied);
  };
  std::erase_if(entity.provisional, set_here);
  for (const int32_t field : staged.provisional)
    entity.provisional.push_back({field, event::to_structured(event)});
  const bool began = !was_open && entity.is_open();
  if (began) {
    entity.began_by = event.id;
    entity.began = std::min(event.time, now);
    if (was_known) ++entity.reopened;
  }
  if (entity.kind->expires >= 0) {
    const cel::Value& expires = entity.fields[entity.kind->expires];
    entity.expires = entity.is_open() && expires.is(cel::Kind::timestamp) ? expires.instant() : kNever;
  }
  if (!gap) remember(entity, event);
  write_journal(event, &entity);
  if (!was_known) link_chain(entity);
  index(entity);
  ledger.touch(entity);
  recount(entity, counted_before);
  apply_effect(event, &entity);
  if (entity.kind == proposal_kind && was_open && !entity.is_open()) settle_proposal(entity);
  const int area = entity.kind->area;
  const bool moved = area >= 0 && (staged.changed & bit(area)) != 0;  // other seasons, another ladder
  const int grade = entity.kind->grade;
  const bool fresh = began || (grade >= 0 && (staged.changed & bit(grade)) != 0);
  after_change(entity, &event, began || !was_known || moved || !entity.is_open(), staged.changed,
               fresh ? event.id : std::string_view{});
}

/// Dates computed with a calendar year that was not published then are computed again; a change is named in
/// the next message about the item.
void Engine::Impl::recompute_provisional(Entity& entity) {
  const std::vector<ledger::MeasureCount> counted_before = counted(entity);
  for (size_t i = 0; i < entity.provisional.size();) {
    const ledger::Provisional kept = entity.provisional[i];
    const event::Input input;
    const event::Decoded decoded =
        decoder->decode_structured(kept.event, Origin{&input, 0, entity.changed}, ledger.arena());
    const Event* event = std::get_if<Event>(&decoded);
    const event::EventType::Set* set = nullptr;
    if (event != nullptr)
      for (const event::EventType::Set& candidate : event->type->sets)
        if (candidate.field == kept.field) set = &candidate;
    host.provisional = false;
    if (set != nullptr) {
      const std::array<cel::Value, event::kCatalogSlots> variables{entity.record(), event->data};
      cel::Context context{ledger.arena(), &host, &config->zone};
      const cel::Value value = set->value->evaluate(variables, context);
      if (!value.is_error() && !cel::equal(value, entity.fields[kept.field])) {
        const std::string change =
            arrangement_moved(cel::to_text(entity.fields[kept.field]), cel::to_text(value));
        for (Item& item : entity.items)
          if (item.is_open()) item.near_miss = change;
        entity.fields[kept.field] = value;
        ledger.touch(entity);
      }
    }
    if (host.provisional) {
      ++i;
      continue;
    }
    entity.provisional.erase(entity.provisional.begin() + static_cast<std::ptrdiff_t>(i));
    ledger.touch(entity);
  }
  recount(entity, counted_before);
}

/// The chain of superseding entities: the new one takes over its key, the old one ends. If the old one has
/// not come yet, a placeholder remembers its successor.
void Engine::Impl::link_chain(Entity& entity) {
  entity.chain.clear();
  entity.chain_keys.clear();
  entity.chain_start = entity.began;
  const std::string old_key(entity.text(entity.kind->supersedes));
  if (old_key.empty() || old_key == entity.key) return;
  Entity* old = ledger.find(*entity.kind, old_key);
  if (old == nullptr || !old->known) {
    entity.chain = old_key;
    entity.chain_keys = {old_key, entity.key};
    if (old == nullptr) old = &ledger.create(*entity.kind, old_key);
    old->chain = entity.key;
    ledger.touch(*old);
    return;
  }
  bring_up(*old, now);
  entity.chain = old->chain.empty() ? old->key : old->chain;
  entity.chain_keys = old->chain_keys.empty() ? std::vector{old->key} : old->chain_keys;
  entity.chain_keys.push_back(entity.key);
  entity.chain_start = old->chain_start;
  if (old->is_open() && !old->kind->superseded_state.empty()) {
    set_state(*old, old->kind->superseded_state);
    refresh(*old, Reason{});
  }
}

void Engine::Impl::set_state(Entity& entity, std::string_view state) {
  const std::vector<ledger::MeasureCount> counted_before = counted(entity);
  entity.fields[event::kStateField] = cel::Value::of(ledger.arena().copy(state));
  entity.fields[event::kOpenField] = cel::Value::of(entity.kind->is_open(state));
  if (!entity.is_open()) entity.expires = kNever;
  index(entity);
  ledger.touch(entity);
  recount(entity, counted_before);
}

void Engine::Impl::expire(Entity& entity) {
  entity.expires = kNever;
  ledger.touch(entity);
  if (!entity.is_open() || entity.kind->expired_state.empty()) return;
  set_state(entity, entity.kind->expired_state);
  after_change(entity, nullptr, true, ~uint64_t{0}, {});
}

void Engine::Impl::after_change(Entity& entity, const Event* event, bool all, uint64_t changed,
                                std::string_view begun_by) {
  refresh(entity, Reason{event, all, changed, {}});
  if (config->replicated(*entity.kind)) {
    settle_jobs();
    update_event_spans(entity, begun_by);
  }
  if (declares(*entity.kind) != rule::Trigger::Kind::none) declare(entity);
  if (entity.kind == unit_kind) {
    directory.update(card_of(entity, *unit_fields), entity.is_open());
    visit_subjects_of(entity);
  }
}

void Engine::Impl::index(Entity& entity) {
  const std::string_view area = entity.text(entity.kind->area);
  if (!without_subjects.empty() && entity.is_open())
    without_subjects.erase({ledger.intern(entity.kind->name), std::string(area)});
  ledger.index(entity, entity.is_open(), area, unit_id_of(entity));
}

}  // namespace duban::engine
