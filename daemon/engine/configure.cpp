// Configuration versions: taking one up at start, swapping it while running, releasing what was held.
#include <algorithm>
#include <map>

#include "engine/impl.hpp"

namespace duban::engine {
namespace {

/// The states that can follow `state` through open ones. `to` may be computed: then any state may follow.
std::unordered_set<std::string> states_after(const event::EntityKind& kind, const std::string& state) {
  std::unordered_set<std::string> reached;
  std::vector<std::string> front{state};
  while (!front.empty()) {
    const std::string from = front.back();
    front.pop_back();
    for (const event::EventType* type : kind.events) {
      if (!type->to || !type->legal_in(from)) continue;
      const auto constant = type->to->constant();
      for (const event::State& next : kind.states) {
        if (constant && constant->string_or({}) != next.name) continue;
        if (reached.insert(next.name).second && next.open) front.push_back(next.name);
      }
    }
  }
  return reached;
}

bool same_measures(const std::vector<rule::Measure>& a, const std::vector<rule::Measure>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const rule::Measure& x, const rule::Measure& y) { return x.source == y.source; });
}

}  // namespace

Engine::Impl::Impl(ledger::Ledger& ledger_in, std::shared_ptr<const rule::Configuration> configuration_in,
                   Options options_in)
    : ledger(ledger_in), options(std::move(options_in)) {
  adopt(std::move(configuration_in));
  start();
}

/// Makes `next` the configuration that is looked at; changes nothing in the ledger but names.
void Engine::Impl::adopt(std::shared_ptr<const rule::Configuration> next) {
  live.clear();
  calendar.assign(next->rules.rules.size(), {});
  opening.clear();
  weighed.clear();
  without_subjects.clear();
  ledger.use(next->catalog);
  config = std::move(next);
  host.calendar = config->calendar.get();
  host.zone = config->zone;
  decoder = std::make_unique<event::Decoder>(config->catalog, config->zone);
  unit_kind = config->catalog->kind("unit");
  proposal_kind = config->catalog->kind(kProposal);
  thresholds.clear();
  measured = false;
  host.measures = this;
  for (const auto& rule : config->rules.rules) {
    if (rule->trigger.kind == rule::Trigger::Kind::measure) thresholds.push_back(rule.get());
    for (const auto& [area, stages] : rule->stages)
      measured =
          measured || std::any_of(stages.begin(), stages.end(), [](const auto& s) { return s.measured; });
  }
  measured = measured || !thresholds.empty();
  unit_fields = unit_kind != nullptr ? std::make_unique<UnitFields>(*unit_kind) : nullptr;
  reachable.clear();
  for (const auto& kind : config->catalog->kinds())
    for (const event::State& state : kind->states)
      reachable[kind->name + "/" + state.name] = states_after(*kind, state.name);
}

/// Interns the names that items and agendas refer to; inside a transaction.
void Engine::Impl::intern_names() {
  rule_names.clear();
  rule_by_name.clear();
  stage_names.clear();
  measure_names.clear();
  for (const rule::Measure& measure : config->rules.measures)
    measure_names.push_back(ledger.intern(measure.id));
  for (const auto& rule : config->rules.rules) {
    const NameId name = ledger.intern(rule->id);
    rule_names.push_back(name);
    rule_by_name[static_cast<int32_t>(name)] = rule.get();
    for (const auto& [area, stages] : rule->stages)
      for (const rule::Stage& stage : stages) stage_names[&stage] = ledger.intern(stage.id);
  }
}

void Engine::Impl::start() {
  ledger.begin();
  last_input = now = ledger.instant();
  intern_names();
  const std::string active = ledger.active_configuration();
  ledger.commit();
  reload_memory();
  if (active != config->version) activate(last_input, !active.empty(), true);
}

/// The configuration takes effect as an input of the journal. Items of before are looked at again by
/// fan-outs: those of removed rules retire, the others are re-planned, new rules open theirs.
void Engine::Impl::activate(Instant at, bool look_again, bool recount) {
  in_transaction([&] {
    advance(last_input == Instant{} ? at : last_input);
    intern_names();
    ledger.activate(config->version, config->texts, now);
    ledger.journal({0, now, ledger::JournalKind::configuration, {}, {}, 0, 0, config->version});
    load_memory();  // with what is live the fan-outs find nothing orphaned that is not
    if (recount) count_anew();
    if (look_again) {
      for (const auto& kind : config->catalog->kinds()) visit_kind(*kind);
      open_spans_of_new_rules();
    }
    ledger.set_instant(last_input);
  });
  reload_memory();
}

/// A rule that is new finds the entities its trigger watches already there.
void Engine::Impl::open_spans_of_new_rules() {
  std::unordered_set<const event::EntityKind*> watched;
  for (const auto& rule : config->rules.rules)
    if (rule->trigger.kind == rule::Trigger::Kind::event) watched.insert(rule->trigger.event->kind);
  for (const auto& kind : config->catalog->kinds()) {
    if (!watched.contains(kind.get())) continue;
    std::vector<std::string> keys;
    ledger.each(*kind, [&](Entity& entity) {
      if (entity.is_open()) keys.push_back(entity.key);
    });
    for (const std::string& key : keys) update_event_spans(*ledger.find(*kind, key), {});
  }
}

/// Everything held in memory, read from the ledger: at start, and after a transaction that was rolled back.
void Engine::Impl::reload_memory() {
  ledger.begin();
  last_input = now = ledger.instant();
  intern_names();
  load_memory();
  ledger.commit();
}

void Engine::Impl::load_memory() {
  applied_to.clear();
  for (const ledger::Position& position : ledger.positions()) {
    applied_to[position.input] = position.next_offset;
    clusters[position.input] = position.cluster;
  }
  jobs = ledger.jobs();
  directory.clear();
  live.clear();
  if (unit_kind != nullptr)
    ledger.each(*unit_kind,
                [&](Entity& unit) { directory.update(card_of(unit, *unit_fields), unit.is_open()); });
  declared = declared_spans(ledger, *config->catalog);
  load_spans();
  crossed.clear();
  without_subjects.clear();
  weighed.clear();
  if (last_input != Instant{}) checked_day = config->zone.date(last_input - Duration{1});
  boundary = next_boundary();
}

std::string Engine::Impl::objection(const rule::Configuration& next) {
  if (options.ownership.count > 1 && !next.rules.measures.empty())
    return "measures count what one shard holds, but there are " + std::to_string(options.ownership.count) +
           " shards; set shards: 1, or remove the measures";
  for (const auto& kind : config->catalog->kinds()) {
    const event::EntityKind* same = next.catalog->kind(kind->name);
    for (const event::State& state : kind->states) {
      if (same != nullptr && same->has_state(state.name)) continue;
      if (ledger.state_in_use(kind->name, state.name))
        return "the catalog no longer has state '" + state.name + "' of " + kind->name +
               ", but there are entities in it; keep the state, or close them first";
    }
  }
  return {};
}

std::string Engine::Impl::configure(std::shared_ptr<const rule::Configuration> next, Instant at) {
  if (next->version == config->version) return {};
  if (std::string refusal = objection(*next); !refusal.empty()) return refusal;
  finish_pending();
  const std::shared_ptr<const rule::Configuration> before = config;
  try {
    const bool recount = !same_measures(config->rules.measures, next->rules.measures);
    adopt(std::move(next));
    activate(at, true, recount);
  } catch (...) {
    adopt(before);
    reload_memory();
    throw;
  }
  return {};
}

/// What was caused under the rules of before is done with them: fan-outs, and ticks before the present
/// instant.
void Engine::Impl::finish_pending() {
  if (last_input == Instant{}) return;
  Batch none;
  none.frontier = last_input - Duration{1};
  none.inputs_lost = inputs_lost;
  while (apply(none).more) {
  }
}

/// What was held while catching up goes out as each rule's `missed` says; the rest is recorded as not sent.
void Engine::Impl::release_held(Instant at) {
  catching_up = false;
  in_transaction([&] {
    advance(std::max(at, last_input));
    const std::vector<ledger::HeldAlert> held = ledger.held_alerts();
    std::unordered_map<std::string_view, const ledger::HeldAlert*> latest;  // of each item
    for (const ledger::HeldAlert& alert : held) {
      const ledger::HeldAlert*& last = latest[alert.item];
      if (last == nullptr || alert.at >= last->at) last = &alert;
    }
    for (const ledger::HeldAlert& alert : held) {
      const auto missed = static_cast<rule::Missed>(alert.missed);
      const bool send =
          missed == rule::Missed::all || (missed == rule::Missed::latest && latest[alert.item] == &alert);
      ledger.release(alert.sequence, send,
                     send ? ""
                     : missed == rule::Missed::none
                         ? "时刻在停运期间已过,该规则不补发(missed: none)"
                         : "停运期间同一事项有更晚的一条,以那条为准(missed: latest)");
    }
    if (!held.empty()) ledger.journal({0, now, ledger::JournalKind::release, {}, {}, 0, 0, {}});
    ledger.set_instant(last_input);
  });
}

}  // namespace duban::engine
