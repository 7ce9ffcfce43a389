// Events that fulfil items, and what people decide about them.
#include <algorithm>

#include "core/limits.hpp"
#include "engine/grades.hpp"
#include "engine/impl.hpp"
#include "engine/near_miss.hpp"

namespace duban::engine {
namespace {

std::string_view text_of(const Event& event, std::string_view field) {
  return event.data.get(field).string_or({});
}

/// "2023-02" → "0000-00": which kind of period a text names.
std::string form_of(std::string_view period) {
  std::string form(period);
  for (char& c : form)
    if (c >= '0' && c <= '9') c = '0';
  return form;
}

}  // namespace

void Engine::Impl::apply_evidence(const Event& event) {
  const auto& rules = config->rules.by_evidence[static_cast<size_t>(event.type->index)];
  for (const rule::Rule* rule : rules) {
    const rule::DoneBy& done_by = *rule->done_by;
    const NameId kind = ledger.intern(rule->subject->name);
    if (done_by.index == rule::DoneBy::Index::subject_key) {
      const std::string_view key = event.data.fields()[done_by.event_field].string_or({});
      if (Entity* entity = key.empty() ? nullptr : ledger.find(*rule->subject, key))
        count_evidence(event, *rule, *entity);
      continue;
    }
    if (done_by.index == rule::DoneBy::Index::none) {
      weigh_for_all(event, *rule);
      continue;
    }
    const std::string unit(event.data.fields()[done_by.event_field].string_or({}));
    if (unit.empty()) continue;
    for (int64_t after = 0;;) {
      const auto ids = ledger.open_of_unit(kind, unit, after, limits::kJobSlice);
      for (const ledger::EntityId id : ids) {
        after = static_cast<int64_t>(id);
        count_evidence(event, *rule, *ledger.get(id));
      }
      if (ids.size() < limits::kJobSlice) break;
    }
  }
}

void Engine::Impl::count_evidence(const Event& event, const rule::Rule& rule, Entity& entity) {
  if (!is_home(entity)) return;
  bring_up(entity, now);
  weigh_items(event, rule, entity);
  forget_old_items(entity);
}

void Engine::Impl::weigh_items(const Event& event, const rule::Rule& rule, Entity& entity) {
  for (Item& item : entity.items) {
    if (item.rule != name_of(rule)) continue;
    const bool may_count = item.is_open() || item.outcome == Outcome::missed;
    if (may_count && in_period(event, rule, item)) weigh(event, rule, entity, item);
  }
}

/// Which span an event counts for: its `period` decides, else its own time.
bool Engine::Impl::in_period(const Event& event, const rule::Rule& rule, const Item& item) const {
  if (!rule.trigger.calendar()) return event.time >= item.opened || event.origin.at >= item.opened;
  if (const std::string_view period = text_of(event, "period"); !period.empty()) {
    if (period == item.span || item.span.starts_with(std::string(period) + "/")) return true;
    // A month says nothing about a holiday's span, nor a quarter about a month's: then the time decides.
    if (form_of(period) == form_of(item.span)) return false;
  }
  const CalendarSpan* span = calendar_span(rule, item.span);
  return span != nullptr && event.time >= span->opens && event.time < span->closes;
}

/// Counts the event for the item if all terms hold; if only the equality holds, it is a near miss. What is
/// said of one of the spans that a merged item lives by is said of the item.
void Engine::Impl::weigh(const Event& event, const rule::Rule& rule, Entity& entity, Item& item) {
  const rule::DoneBy& done_by = *rule.done_by;
  std::vector<const LiveSpan*> spans{span_of(rule, item)};
  if (rule.merge_overlaps)
    for (const LiveSpan* other : spans_over(rule, entity))
      if (other != spans[0] && within_grade(rule, other->grade, item_grade(rule, item)) &&
          holds(rule, entity, other))
        spans.push_back(other);
  std::vector<size_t> failed;
  for (const LiveSpan* span : spans) {
    Scope scope;
    fill(scope, entity, span);
    fill_unit(scope, entity);
    fill_item(scope, rule, item);
    scope.values[rule::kEvent] = event.data;
    if (done_by.only && !evaluate(*done_by.only, scope).is_true()) return;
    std::vector<size_t> failed_here;
    for (size_t i = 0; i < done_by.terms.size(); ++i) {
      if (evaluate(*done_by.terms[i].second, scope).is_true()) continue;
      if (static_cast<int>(i) == done_by.index_term) return;  // about another subject
      failed_here.push_back(i);
    }
    if (span == spans[0] || failed_here.empty()) failed = std::move(failed_here);
    if (failed.empty()) break;
  }
  const uint64_t key = hash64(event.key.empty() ? event.id : event.key);
  if (!failed.empty()) {
    if (!item.is_open() ||
        item.done_keys.end() != std::find(item.done_keys.begin(), item.done_keys.end(), event.identity))
      return;  // over, or said before
    item.near_miss = near_miss(done_by, event, failed);
    item.done_keys.push_back(event.identity);
    ledger.touch(entity);
    return;
  }
  if (std::find(item.done_keys.begin(), item.done_keys.end(), key) != item.done_keys.end()) return;
  item.done_keys.push_back(key);
  ++item.done;
  ledger.touch(entity);
  if (item.done < done_by.count) return;
  const bool late = item.outcome == Outcome::missed || (item.due != kNever && now >= item.due);
  end_item(entity, &rule, item, late ? Outcome::fulfilled_late : Outcome::fulfilled);
}

void Engine::Impl::apply_effect(const Event& event, Entity* entity) {
  switch (event.type->effect) {
    case event::Effect::none:
      break;
    case event::Effect::acknowledge: {
      const std::string id(text_of(event, "alert_id"));
      const int slot =
          id.size() > 2 ? static_cast<int>(std::strtol(id.substr(0, 2).c_str(), nullptr, 16)) : 0;
      if (options.ownership.owns(static_cast<uint8_t>(slot)))
        ledger.acknowledge({id, std::string(text_of(event, "by")), now, "event " + std::string(event.id)});
      break;
    }
    case event::Effect::decide:
      if (entity != nullptr) decide(event, *entity);
      break;
    case event::Effect::fulfil:
      discharge(event, Outcome::fulfilled);
      break;
    case event::Effect::waive:
      discharge(event, Outcome::waived);
      break;
  }
}

/// It changes no instant: what a stage asks is whether it is there when the stage's turn comes.
Engine::Acknowledged Engine::Impl::acknowledge(const ledger::Ledger::Acknowledgement& acknowledgement) {
  const std::optional<ledger::Alert> alert = ledger.alert(acknowledgement.alert);
  if (!alert) return Engine::Acknowledged::unknown_alert;
  if (!ledger.acknowledge(acknowledgement)) return Engine::Acknowledged::known;
  ledger::JournalEntry entry;
  entry.at = acknowledgement.at;
  entry.kind = ledger::JournalKind::command;
  entry.entity = alert->entity;
  entry.body = ledger::AuditBody()
                   .text("acknowledge", acknowledgement.alert)
                   .text("by", acknowledgement.by)
                   .text("from", acknowledgement.origin)
                   .str();
  ledger.journal(entry);
  return Engine::Acknowledged::now;
}

/// What a person decided, for the audit log: the event as its type, who and the words that matter.
void Engine::Impl::note_decision(const Event& event, std::string_view subject) {
  ledger::AuditBody body;
  body.text("event", event.type->name).text("id", event.id);
  for (const char* field :
       {"stage", "rule", "obligation_key", "period", "decided_by", "approved_by", "reason", "document_no"})
    if (const std::string_view text = text_of(event, field); !text.empty()) body.text(field, text);
  ledger.audit("decision", now, subject, body.str());
}

/// obligation.fulfilled and obligation.waived end an item directly; `obligation_key` is the rule's id.
void Engine::Impl::discharge(const Event& event, Outcome outcome) {
  const rule::Rule* rule = config->rules.find(text_of(event, "obligation_key"));
  const std::string_view subject = text_of(event, "unit");
  if (rule == nullptr || subject.empty()) return;
  Entity* entity = ledger.find(*rule->subject, subject);
  if (entity == nullptr) return;
  note_decision(event, rule->subject->name + "/" + entity->key);
  bring_up(*entity, now);
  Instant earliest = kNever;  // what was waived is no miss any more for the spans after it
  for (Item& item : entity->items) {
    if (item.rule != name_of(*rule) || (!item.is_open() && item.outcome != Outcome::missed)) continue;
    if (!in_period(event, *rule, item)) continue;
    const bool late = item.outcome == Outcome::missed || (item.due != kNever && now >= item.due);
    earliest = std::min(earliest, item.due);
    // As evidence: it stays fulfilled when its subject is looked at again.
    if (outcome == Outcome::fulfilled)
      item.done = std::max(item.done, rule->done_by ? rule->done_by->count : 1);
    end_item(*entity, rule, item, outcome == Outcome::fulfilled && late ? Outcome::fulfilled_late : outcome);
  }
  std::vector<Item*> after;
  for (Item& item : entity->items)
    if (item.rule == name_of(*rule) && item.due > earliest) after.push_back(&item);
  std::sort(after.begin(), after.end(), [](const Item* a, const Item* b) { return a->due < b->due; });
  for (Item* item : after) carry_streak(*entity, *rule, *item);
  forget_old_items(*entity);
}

}  // namespace duban::engine
