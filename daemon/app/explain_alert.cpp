#include <algorithm>

#include "app/explain_parts.hpp"
#include "core/log.hpp"
#include "engine/directory.hpp"
#include "ledger/notices.hpp"

namespace duban::app {
namespace {

const char* name_of(ledger::DeliveryState state) {
  switch (state) {
    case ledger::DeliveryState::pending:
    case ledger::DeliveryState::gathered:
      return "retry";
    case ledger::DeliveryState::delivered:
      return "delivered";
    case ledger::DeliveryState::rejected:
      return "rejected";
    case ledger::DeliveryState::held:
      return "held";
    case ledger::DeliveryState::recorded:
      return "recorded";
    case ledger::DeliveryState::dropped:
      return "dropped";
    case ledger::DeliveryState::withheld:
      return "withheld";
  }
  return "";
}

/// What was only decided about a delivery has no result but its reason.
const char* result_of(const ledger::Receipt& receipt) {
  const bool decided =
      receipt.latency_ms == ledger::kDecision && receipt.state != ledger::DeliveryState::withheld;
  return decided ? "decision" : name_of(receipt.state);
}

/// One alert and everything that the ledger knows around it.
class AlertExplainer {
 public:
  AlertExplainer(ReadLedger& ledger, const rule::Configuration& configuration, const rule::Sources& sources,
                 const ledger::Alert& alert)
      : ledger_(ledger),
        configuration_(configuration),
        sources_(sources),
        alert_(alert),
        json_(Explanation::parse(alert.json)),
        subject_(ledger->get(alert.entity)),
        rule_(configuration.rules.find(json_["rule"].get<std::string>())) {
    if (subject_ == nullptr) return;
    for (const ledger::Item& item : subject_->items)
      if (json_["rule"] == ledger_->text(item.rule) &&
          json_["item"]["opened"] == configuration.zone.format(item.opened))
        item_ = &item;
    if (rule_ != nullptr)
      stage_ = rule_->stage(subject_->text(subject_->kind->area), json_["stage"].get<std::string>());
  }

  Explanation explain() {
    Explanation out{{"alert", json_}};
    out["event"] = event();
    const Explanation& cause = json_["cause"]["rule"];
    out["rule"] = rule_part(json_["rule"], cause["version"], *ledger_);
    out["rule"]["stage_line"] = cause["line"];
    out["rule"]["stage_excerpt"] = line_of(cause["file"], cause["line"], cause["version"], *ledger_);
    if (rule_ != nullptr) out["rule"]["title"] = rule_->title;
    if (rule_ != nullptr && subject_ != nullptr && rule_->subject == subject_->kind)
      out["conditions"] = conditions_part(ledger_, configuration_, sources_, *rule_, *subject_);
    out["item"] = item();
    out["stage"] = stage();
    out["recipients"] = recipients();
    out["deliveries"] = deliveries();
    for (const auto& ack : ledger_->acknowledgements(alert_.id))
      out["acknowledged"].push_back({{"by", ack.by}, {"at", configuration_.zone.format(ack.at)}});
    return out;
  }

 private:
  Explanation event() {
    const Explanation& cause = json_["cause"]["event"];
    if (!cause.is_object()) return nullptr;
    const event::Input input{cause["topic"].get<std::string>(), cause["partition"].get<int32_t>()};
    const auto entry = ledger_->record_at(input, cause["offset"].get<int64_t>());
    return entry ? event_part(*entry, configuration_.zone) : cause;
  }

  Explanation item() {
    Explanation out = json_["item"];
    if (item_ == nullptr || rule_ == nullptr) return out;
    out["span"] = item_->span;
    out["open"] = item_->is_open();
    if (!item_->is_open()) {
      out["ended"] = configuration_.zone.format(item_->ended);
      out["outcome"] = ledger::name(item_->outcome);
    }
    const std::string due = item_->due_date ? item_->due_date->str() : configuration_.zone.format(item_->due);
    if (item_->due != kNever && json_["item"]["due"] == due)  // else a later episode has another
      out["due_from"] = due_part(*rule_, *subject_, *item_, *ledger_, configuration_);
    return out;
  }

  Explanation stage() {
    Explanation out{{"id", json_["stage"]}, {"at", json_["at"]}, {"level", json_["level"]}};
    if (stage_ == nullptr) return out;
    std::optional<Date> anchor;
    const Explanation& due = json_["item"]["due"];
    if (stage_->at.anchor == rule::Anchor::due && due.is_string())
      anchor = Date::parse(due.get<std::string>().substr(0, 10));
    if (stage_->at.anchor == rule::Anchor::opened && item_ != nullptr)
      anchor = configuration_.zone.date(item_->opened);
    if (item_ != nullptr && stage_->at.anchor == rule::Anchor::trigger_start)
      if (const auto span = span_dates(*rule_, *item_, *ledger_, configuration_); span.start)
        anchor = configuration_.zone.date(span.start->at);
    out.update(schedule_part(stage_->at, anchor, configuration_));
    if (stage_->condition) out["if"] = stage_->condition->source();
    return out;
  }

  /// Who is who, and which entry of the stage's `to` found them.
  Explanation recipients() {
    Explanation out = Explanation::array();
    const event::EntityKind* kind = configuration_.catalog->kind("unit");
    for (const Explanation& to : json_["to"]) {
      const std::string who = to;
      const size_t slash = who.rfind('/');
      const std::string id = who.substr(0, slash);
      const std::string post = slash == std::string::npos ? "" : who.substr(slash + 1);
      Explanation one{{"to", who}};
      const ledger::Entity* unit = kind != nullptr ? ledger_->find(*kind, id) : nullptr;
      if (unit != nullptr && unit->known) {
        const engine::UnitFields fields(*kind);
        const engine::UnitCard card = engine::card_of(*unit, fields);
        one["unit"] = card.name;
        one["kind"] = card.kind;
        one["area"] = card.area;
        if (fields.posts >= 0) {
          const cel::Value holder = unit->fields[fields.posts].get(post);
          const std::string_view name = holder.get("name").string_or({});
          if (!name.empty()) one["person"] = log::mask_name(name);
        }
        one["by"] = found_by(card, post);
      }
      out.push_back(std::move(one));
    }
    return out;
  }

  std::string found_by(const engine::UnitCard& card, const std::string& post) const {
    if (stage_ == nullptr) return {};
    for (const rule::Recipient& to : stage_->to) {
      using Who = rule::Recipient::Who;
      const bool of_role =
          to.who == Who::role && (to.role == "unit" ? json_["unit"]["id"] == card.id : card.kind == to.role);
      const bool of_id = to.who == Who::unit_id && to.name == card.id;
      if (to.post == post && (of_role || of_id || to.who == Who::field)) return to.source;
      if (to.who == Who::told || to.who == Who::event_by) return to.source;
    }
    return post == "orphan" ? "orphan" : "";
  }

  Explanation deliveries() {
    Explanation out = Explanation::array();
    for (const ledger::Ledger::Attempt& attempt : ledger_->attempts(alert_.id)) {
      const ledger::Receipt& receipt = attempt.receipt;
      Explanation one{{"channel", attempt.channel},
                      {"at", configuration_.zone.format(receipt.at)},
                      {"result", result_of(receipt)},
                      {"answer", receipt.answer},
                      {"latency_ms", receipt.latency_ms}};
      if (!attempt.recipient.empty()) one["recipient"] = attempt.recipient;
      if (receipt.state == ledger::DeliveryState::pending)
        one["next"] = configuration_.zone.format(receipt.next);
      out.push_back(std::move(one));
    }
    return out;
  }

  ReadLedger& ledger_;
  const rule::Configuration& configuration_;
  const rule::Sources& sources_;
  const ledger::Alert& alert_;
  Explanation json_;
  ledger::Entity* subject_ = nullptr;
  const rule::Rule* rule_ = nullptr;
  const ledger::Item* item_ = nullptr;
  const rule::Stage* stage_ = nullptr;
};

}  // namespace

std::optional<Explanation> explain_alert(const std::vector<StoreFile>& store,
                                         const rule::Configuration& configuration,
                                         const rule::Sources& sources, const std::string& alert) {
  for (const StoreFile& file : store) {
    ReadLedger ledger(file, configuration.catalog);
    const auto found = ledger->alert(alert);
    if (found) return AlertExplainer(ledger, configuration, sources, *found).explain();
  }
  return std::nullopt;
}

}  // namespace duban::app
