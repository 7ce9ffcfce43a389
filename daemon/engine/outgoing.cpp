#include "engine/outgoing.hpp"

#include <algorithm>

#include "core/limits.hpp"
#include "engine/impl.hpp"
#include "engine/stored_alert.hpp"
#include "ledger/outbox.hpp"
#include "ledger/silences.hpp"

namespace duban::engine {
namespace {

/// 90 s → "90s", 2 h → "2h"; for reasons in receipts.
std::string text_of(Duration d) {
  const int64_t seconds = std::chrono::duration_cast<std::chrono::seconds>(d).count();
  if (seconds % 3600 == 0) return std::to_string(seconds / 3600) + "h";
  if (seconds % 60 == 0) return std::to_string(seconds / 60) + "m";
  return std::to_string(seconds) + "s";
}

}  // namespace

Outgoing Engine::Impl::outgoing(Instant t, const std::vector<ledger::ChannelRoom>& rooms,
                                const std::set<int64_t>& in_flight) {
  ledger::Outbox& outbox = ledger.outbox();
  Outgoing out;
  bool decided = false;
  if (outbox.notices().next_escalation() <= t) in_transaction([&] { decided = escalate_due(t); });
  out.deliveries = ledger.deliverable(t, rooms, in_flight);
  const bool people = std::any_of(out.deliveries.begin(), out.deliveries.end(),
                                  [](const ledger::Delivery& d) { return !d.carried.empty(); });
  if (people) {
    in_transaction([&] {
      const std::vector<ledger::Silence> silences = ledger.silences().active(t);
      std::erase_if(out.deliveries, [&](ledger::Delivery& delivery) {
        if (delivery.carried.empty()) return false;
        if (!passes(delivery, silences, t)) return decided = true;
        outbox.notices().seal(delivery.id);
        address(delivery);
        return false;
      });
    });
  }
  out.next = std::min(ledger.next_delivery(t, rooms), outbox.notices().next_escalation());
  if (decided) out.next = t;
  out.channels = ledger.pending_channels();
  return out;
}

/// A slice of the deliveries whose time to go on has come; false if there was none.
bool Engine::Impl::escalate_due(Instant t) {
  ledger::Outbox& outbox = ledger.outbox();
  const std::vector<int64_t> due = outbox.notices().to_escalate(t, limits::kNoticeSlice);
  for (const int64_t delivery : due) escalate(delivery, t);
  return !due.empty();
}

void Engine::Impl::escalate(int64_t delivery, Instant t) {
  ledger::Outbox& outbox = ledger.outbox();
  const auto notice = outbox.notices().get(delivery);
  const auto status = outbox.status(delivery);
  const auto alert = outbox.alert_of(delivery);
  if (!notice || !status || !alert) return outbox.notices().set_escalation(delivery, kNever);
  const ledger::Plan& plan = outbox.notices().plan(*notice);
  if (notice->step + 1 >= plan.steps.size()) return outbox.stay(delivery, t, {});
  const ledger::Plan::Step& next = plan.steps[notice->step + 1];
  using State = ledger::DeliveryState;
  if (status->state == State::withheld || status->state == State::dropped)
    return outbox.stay(delivery, t, {});
  if (status->state == State::rejected)
    return outbox.escalate(delivery, t, "rejected by " + status->channel + ": goes on by " + next.channel);
  if (const auto acks = ledger.acknowledgements(alert->id); !acks.empty())
    return outbox.stay(delivery, t, "acknowledged: does not go on by " + next.channel);
  if (!is_current(*alert))
    return outbox.stay(delivery, t, "its item has ended: does not go on by " + next.channel);
  outbox.escalate(delivery, t,
                  "nobody acknowledged it for " + text_of(next.after) + ": goes on by " + next.channel);
}

/// Its item is open and nobody has acknowledged it.
bool Engine::Impl::is_current(const ledger::Alert& alert) {
  const Entity* entity = ledger.get(alert.entity);
  if (entity == nullptr) return false;
  const bool open = std::any_of(entity->items.begin(), entity->items.end(), [&](const Item& item) {
    return item.is_open() && item_id(*entity, item) == alert.item;
  });
  return open && ledger.acknowledgements(alert.id).empty();
}

// What is decided about one of the deliveries takes it out of the message; the others go with the next look.
bool Engine::Impl::passes(const ledger::Delivery& message, const std::vector<ledger::Silence>& silences,
                          Instant t) {
  ledger::Outbox& outbox = ledger.outbox();
  const auto leader = outbox.notices().get(message.id);
  if (!leader) return true;
  const bool critical = leader->severity >= static_cast<uint8_t>(rule::Severity::critical);
  const Instant awake = critical ? t : outbox.notices().plan(*leader).awake(t, config->zone);
  if (awake > t) {
    outbox.postpone(message.id, awake);
    return false;
  }
  if (leader->is_sealed()) return true;  // it may have been sent: the same goes out under the same key
  const bool looked_at =
      !silences.empty() || !config->routes.inhibitions().empty() || !leader->deferred.empty();
  if (!looked_at) return true;
  bool all = true;
  for (const ledger::Carried& carried : message.carried) all &= passes(carried, silences, t);
  return all;
}

bool Engine::Impl::passes(const ledger::Carried& carried, const std::vector<ledger::Silence>& silences,
                          Instant t) {
  ledger::Outbox& outbox = ledger.outbox();
  const auto alert = outbox.alert_of(carried.delivery);
  const auto notice = outbox.notices().get(carried.delivery);
  if (!alert || !notice) return true;
  StoredAlert stored(carried.json, ledger.get(alert->entity), *config);
  stored.facts.recipient = carried.recipient;
  for (const ledger::Silence& silence : silences) {
    if (!silence_fits(silence, stored.facts)) continue;
    outbox.defer(carried.delivery, silence.id, std::min(silence.until, silence.ended), t,
                 "silence " + silence.id + " by " + silence.author + " until " +
                     config->zone.format(silence.until) + ": " + silence.reason);
    return false;
  }
  if (const std::string by = inhibited_by(*alert, stored.facts); !by.empty()) {
    outbox.defer(carried.delivery, by, t + limits::kInhibited, t, "waits while alert " + by + " is current");
    return false;
  }
  if (notice->deferred.empty() || is_current(*alert)) return true;
  outbox.withhold(carried.delivery, t,
                  "no longer current when what it waited for (" + notice->deferred + ") was over");
  return false;
}

// ---- inhibition

namespace {

uint64_t inhibition_key(const rule::Inhibition& inhibition, const rule::AlertFacts& facts) {
  std::string text = inhibition.key;
  for (const rule::GroupBy by : inhibition.equal) text.append(1, '\0').append(group_value(by, facts, {}));
  return hash64(text);
}

}  // namespace

bool Engine::Impl::holds(const cel::Program& condition, const rule::AlertFacts& facts) {
  cel::Context context{ledger.arena(), &host, &config->zone};
  const cel::Value variables[] = {rule::alert_value(facts, context.arena)};
  return condition.evaluate(variables, context).is_true();
}

/// The current alert that inhibits this one, or empty. Those that are over are forgotten.
std::string Engine::Impl::inhibited_by(const ledger::Alert& alert, const rule::AlertFacts& facts) {
  for (const rule::Inhibition& inhibition : config->routes.inhibitions()) {
    if (!holds(*inhibition.target, facts)) continue;
    const uint64_t key = inhibition_key(inhibition, facts);
    for (const int64_t sequence : ledger.silences().inhibitors(key)) {
      const auto source = ledger.outbox().row(sequence);
      if (sequence == alert.sequence) continue;
      if (source && is_current(source->alert)) return source->alert.id;
      ledger.silences().remove_inhibitor(key, sequence);
    }
  }
  return {};
}

void Engine::Impl::note_inhibitor(const ledger::Alert& alert, const rule::AlertFacts& facts) {
  for (const rule::Inhibition& inhibition : config->routes.inhibitions())
    if (holds(*inhibition.source, facts))
      ledger.silences().add_inhibitor(inhibition_key(inhibition, facts), alert.sequence);
}

}  // namespace duban::engine
