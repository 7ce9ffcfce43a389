// Proposals of official acts, and what people decide.
//
// A proposal is an entity of the catalog's kind `proposal`, in the first of its open states until it is
// decided (the first of its done states) or declined. Its key is the id of the alert that goes out with it,
// whose slot is that of the subject: both live in one shard, and what is said does not depend on the number
// of shards.
#include <algorithm>

#include "engine/impl.hpp"

namespace duban::engine {
namespace {

std::string_view text_of(const Event& event, std::string_view field) {
  return event.data.get(field).string_or({});
}

const std::string& decided_state(const event::EntityKind& kind) {
  const auto done =
      std::find_if(kind.states.begin(), kind.states.end(), [](const event::State& s) { return !s.open; });
  return (done != kind.states.end() ? *done : kind.states.front()).name;
}

class FieldWriter {
 public:
  FieldWriter(Entity& entity, cel::Arena& arena) : entity_(entity), arena_(arena) {}
  void text(std::string_view field, std::string_view value) {
    if (!value.empty()) put(field, cel::Value::of(arena_.copy(value)));
  }
  void put(std::string_view field, const cel::Value& value) {
    if (const int position = entity_.kind->layout->find(field); position >= 0)
      entity_.fields[position] = value;
  }

 private:
  Entity& entity_;
  cel::Arena& arena_;
};

}  // namespace

void Engine::Impl::propose(Entity& subject, const rule::Rule& rule, const rule::Stage& stage, Item& item,
                           const std::string& alert_id) {
  if (proposal_kind == nullptr || subject.kind == proposal_kind) return;
  if (ledger.find(*proposal_kind, alert_id) != nullptr) return;
  Entity& proposal = ledger.create(*proposal_kind, alert_id);
  const Place place = place_of(subject);
  FieldWriter write(proposal, ledger.arena());
  write.text("state", proposal_kind->states.front().name);
  write.put("open", cel::Value::of(true));
  write.text("rule", rule.id);
  write.text("stage", stage.id);
  write.text("level", rule::name(stage.level));
  write.text("subject_kind", subject.kind->name);
  write.text("subject", subject.key);
  const std::string_view title = subject.text(subject.kind->title_field);
  write.text("title", title.empty() ? std::string_view(rule.title) : title);
  write.text("unit_id", unit_id_of(subject));
  write.text("area", place.area);
  write.text("industry", place.industry);
  write.text("alert_id", alert_id);
  write.put("proposed_on", cel::Value::of(config->zone.date(now)));
  proposal.known = true;
  proposal.began = proposal.changed = now;
  proposal.began_by = alert_id;
  index(proposal);
  ledger.touch(proposal);
  recount(proposal, {});
  item.proposals.push_back(alert_id);
  Reason reason;
  reason.cause = &item.cause;
  refresh(proposal, reason);
}

/// A decision about the entity that the event moves.
void Engine::Impl::decide(const Event& event, Entity& entity) {
  const auto level = rule::parse_level(text_of(event, "stage"));
  if (!level) return;
  note_decision(event, entity.kind->name + "/" + entity.key);
  decide(entity, {*level, text_of(event, "rule"), text_of(event, "decided_by")});
}

/// An event that also decides about an entity of another kind is a fact to the shards of all of them.
void Engine::Impl::decide_elsewhere(const Event& event) {
  const event::EventType::Decides& decides = *event.type->decides;
  const auto level = rule::parse_level(decides.level);
  const event::EntityKind* kind = config->catalog->kind(decides.kind);
  const std::string_view key = event.data.fields()[decides.field].string_or({});
  Entity* entity = kind != nullptr && !key.empty() ? ledger.find(*kind, key) : nullptr;
  if (!level || entity == nullptr || !entity->known || !is_home(*entity)) return;
  const uint64_t identity = hash64("decides" + std::to_string(event.identity));
  if (ledger.fact_seen(identity, event.content, now) != ledger::Ledger::Seen::no) return;
  bring_up(*entity, now);
  decide(*entity, {*level, {}, text_of(event, "decided_by")});
}

void Engine::Impl::decide(Entity& entity, const Decided& decided) {
  for (Item& item : entity.items) {
    const rule::Rule* rule = rule_of(item);
    if (rule == nullptr || (!decided.rule.empty() && rule->id != decided.rule)) continue;
    if (item.is_open()) decide_item(entity, item, decided.level);
    close_proposals(item, decided);
  }
}

/// The level never falls below a decided one again, and stages below it do not fire any more.
void Engine::Impl::decide_item(Entity& entity, Item& item, rule::Level level) {
  const auto raised = static_cast<uint8_t>(level);
  item.decided = std::max(item.decided, raised);
  item.level = std::max(item.level, item.decided);
  item.decisions.push_back({raised, now});
  schedule(entity, *rule_of(item), item);
}

/// What was proposed up to the level that is decided now waits no more.
void Engine::Impl::close_proposals(Item& item, const Decided& decided) {
  std::erase_if(item.proposals, [&](const std::string& key) {
    Entity* proposal = proposal_kind != nullptr ? ledger.find(*proposal_kind, key) : nullptr;
    if (proposal == nullptr || !proposal->is_open()) return true;
    const auto level = rule::parse_level(proposal->record().get("level").string_or({}));
    if (!level || *level > decided.level) return false;
    bring_up(*proposal, now);
    FieldWriter(*proposal, ledger.arena()).text("decided_by", decided.by);
    proposal->changed = now;
    set_state(*proposal, decided_state(*proposal_kind));
    refresh(*proposal, Reason{});
    return true;
  });
}

/// A proposal that was answered by its own event: what hangs on the decision is its subject's.
void Engine::Impl::settle_proposal(const Entity& proposal) {
  const cel::Value record = proposal.record();
  const event::EntityKind* kind = config->catalog->kind(record.get("subject_kind").string_or({}));
  Entity* subject = kind != nullptr ? ledger.find(*kind, record.get("subject").string_or({})) : nullptr;
  const auto level = rule::parse_level(record.get("level").string_or({}));
  if (subject == nullptr || !level || !is_home(*subject)) return;
  bring_up(*subject, now);
  for (Item& item : subject->items) {
    if (std::erase(item.proposals, proposal.key) == 0) continue;
    ledger.touch(*subject);
    if (proposal.state() == decided_state(*proposal.kind) && item.is_open() && rule_of(item) != nullptr)
      decide_item(*subject, item, *level);
  }
}

}  // namespace duban::engine
