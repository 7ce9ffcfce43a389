#include <algorithm>

#include "app/explain_parts.hpp"
#include "core/hash.hpp"
#include "engine/scope.hpp"
#include "engine/spans.hpp"

namespace duban::app {
namespace {

/// Of the latest dead letters so many are looked through for the subject's.
constexpr size_t kDeadLetters = 10'000;
/// How far ahead the next span of a calendar trigger is looked for.
constexpr int kAhead = 400;

/// Events about the subject that were refused: the commonest reason of silence.
Explanation dead_letters_part(ledger::Ledger& ledger, const std::string& key, const Zone& zone) {
  Explanation out = Explanation::array();
  for (const ledger::DeadLetter& letter : ledger.dead_letters(kDeadLetters))
    if (letter.key == key || letter.payload.find('"' + key + '"') != std::string::npos)
      out.push_back({{"topic", letter.topic},
                     {"partition", letter.partition},
                     {"offset", letter.offset},
                     {"at", zone.format(letter.at)},
                     {"code", letter.code},
                     {"reason", letter.reason}});
  return out;
}

/// A subject under one rule, as the ledger has it at its present instant.
class ItemExplainer {
 public:
  ItemExplainer(ReadLedger& ledger, const rule::Configuration& configuration, const rule::Sources& sources,
                const rule::Rule& rule, ledger::Entity& subject)
      : ledger_(ledger),
        configuration_(configuration),
        sources_(sources),
        rule_(rule),
        subject_(subject),
        now_(ledger->instant()) {
    values_[rule::kSubject] = subject.record();
    fill_unit();
  }

  Explanation explain() {
    Explanation out;
    out["now"] = configuration_.zone.format(now_);
    out["rule"] = rule_part(rule_.id, configuration_.version, *ledger_);
    out["rule"]["title"] = rule_.title;
    out["subject"] = {{"kind", subject_.kind->name},
                      {"id", subject_.key},
                      {"title", subject_.text(subject_.kind->title_field)},
                      {"state", subject_.state()},
                      {"open", subject_.is_open()},
                      {"area", subject_.text(subject_.kind->area)}};
    out.update(all_conditions());
    out["items"] = Explanation::array();
    for (const ledger::Item& item : subject_.items)
      if (ledger_->text(item.rule) == rule_.id) out["items"].push_back(item_part(item));
    return out;
  }

  Explanation all_conditions() {
    Explanation out = Explanation::object();
    if (rule_.trigger.kind == rule::Trigger::Kind::measure) {
      out["trigger"] = {{"terms", conditions(rule_.trigger.measure)}};
      out["when"] = conditions(rule_.when);
      return out;
    }
    if (rule_.trigger.kind != rule::Trigger::Kind::none) out["spans"] = spans();
    if (rule_.trigger.event != nullptr)
      out["trigger"] = {{"event", rule_.trigger.event->name},
                        {"when", rule_.trigger.when ? rule_.trigger.when->source() : ""}};
    if (!out.contains("spans") || !live_.empty()) out["when"] = conditions(rule_.when);
    if (rule_.until) out["until"] = conditions(rule_.until);
    return out;
  }

 private:
  void fill_unit() {
    const event::EntityKind* kind = configuration_.catalog->kind("unit");
    if (kind == nullptr || subject_.kind == kind) return;
    for (const int field : subject_.kind->unit_fields) {
      const std::string_view id = subject_.text(field);
      if (id.empty()) continue;
      const ledger::Entity* unit = ledger_->find(*kind, id);
      if (unit != nullptr && unit->known) values_[rule::kUnit] = unit->record();
      return;
    }
  }

  Explanation conditions(const rule::Expression& condition) {
    return terms_part(condition, values_, rule_, configuration_, sources_, *ledger_, arena_);
  }

  /// The spans of the rule's trigger that are live now, and of a calendar trigger the next one. The last live
  /// one becomes `trigger`.
  Explanation spans() {
    Explanation out = Explanation::array();
    const auto add = [&](const engine::LiveSpan& span) {
      live_.push_back(span.key);
      values_[rule::kTrigger] = arena_.copy(span.trigger);
      out.push_back({{"key", span.key}, {"live", true}});
    };
    if (!rule_.trigger.calendar()) {
      for (const ledger::Span& row : ledger_->live_spans())
        if (ledger_->text(row.rule) == rule_.id) add_event_span(row, add);
      return out;
    }
    const Date today = configuration_.zone.date(now_);
    const auto declared = engine::declared_spans(*ledger_, *configuration_.catalog);
    for (const engine::CalendarSpan& span :
         engine::calendar_spans(rule_, today, today + kAhead, configuration_.time_base(), declared)) {
      if (!subject_.text(subject_.kind->area).starts_with(span.area)) continue;
      if (span.opens <= now_ && span.closes > now_) {
        add(engine::make_live(rule_, span, configuration_.zone));
      } else if (span.opens > now_) {
        out.push_back(
            {{"key", span.key}, {"live", false}, {"opens", configuration_.zone.format(span.opens)}});
        break;
      }
    }
    return out;
  }

  template <typename Add>
  void add_event_span(const ledger::Span& row, const Add& add) {
    const engine::SpanOrigin origin = engine::span_origin(row);
    const event::EntityKind* kind = configuration_.catalog->kind(origin.kind);
    const ledger::Entity* entity = kind != nullptr ? ledger_->find(*kind, origin.entity) : nullptr;
    if (entity == nullptr) return;
    engine::LiveSpan span;
    span.rule = &rule_;
    span.key = row.key;
    engine::refresh_live(span, *entity, nullptr);
    add(span);
  }

  Explanation item_part(const ledger::Item& item) {
    const Zone& zone = configuration_.zone;
    Explanation out{{"span", item.span}, {"opened", zone.format(item.opened)}, {"open", item.is_open()}};
    out["due_from"] = due_part(rule_, subject_, item, *ledger_, configuration_);
    if (!item.is_open()) {
      out["ended"] = zone.format(item.ended);
      out["outcome"] = ledger::name(item.outcome);
    }
    if (!item.near_miss.empty()) out["near_miss"] = item.near_miss;
    out["stages"] = Explanation::array();
    const auto planned = engine::plan(
        rule_, subject_, item, span_dates(rule_, item, *ledger_, configuration_), configuration_.time_base());
    for (const rule::Stage& stage : rule_.stages_for(subject_.text(subject_.kind->area))) {
      const auto found = std::find_if(planned.begin(), planned.end(),
                                      [&](const engine::PlannedStage& p) { return p.stage == &stage; });
      out["stages"].push_back(
          stage_part(stage, item, found != planned.end() ? std::optional(found->at) : std::nullopt));
    }
    return out;
  }

  Explanation stage_part(const rule::Stage& stage, const ledger::Item& item, std::optional<Instant> at) {
    const Zone& zone = configuration_.zone;
    Explanation out{{"id", stage.id}, {"schedule", rule::text(stage.at)}, {"level", rule::name(stage.level)}};
    if (at) out["at"] = zone.format(*at);
    for (const ledger::Fired& fired : item.fired)
      if (ledger_->text(fired.stage) == stage.id) {
        out["status"] = "said";
        out["times"] = fired.count;
        out["last"] = zone.format(fired.last);
        return out;
      }
    out["status"] = status_of(stage, item, at);
    if (stage.condition) {
      engine::fill_item(scope_, rule_, item, now_, zone);
      engine::fill_stage(scope_, stage);
      values_[rule::kItem] = scope_.values[rule::kItem];
      values_[rule::kStage] = scope_.values[rule::kStage];
      out["if"] = conditions(stage.condition);
    }
    return out;
  }

  /// Why a stage was not said (yet).
  const char* status_of(const rule::Stage& stage, const ledger::Item& item, std::optional<Instant> at) const {
    if (!at) return "no instant";  // its anchor is not known, or it fell on a day off that it skips
    if (!item.is_open() && *at > item.ended) return "ended before";
    if (*at < item.noticed) return "before the opening";
    if (static_cast<uint8_t>(stage.level) < item.decided) return "skipped by a decision";
    if (*at > now_) return "to come";
    return "condition";  // it had its turn: its `if` or `unless`, or a later stage of its level spoke
  }

  ReadLedger& ledger_;
  const rule::Configuration& configuration_;
  const rule::Sources& sources_;
  const rule::Rule& rule_;
  ledger::Entity& subject_;
  Instant now_{};
  cel::Arena arena_;
  engine::Scope scope_;
  std::array<cel::Value, rule::kSlots> values_{};
  std::vector<std::string> live_;
};

}  // namespace

Explanation conditions_part(ReadLedger& ledger, const rule::Configuration& configuration,
                            const rule::Sources& sources, const rule::Rule& rule, ledger::Entity& subject) {
  return ItemExplainer(ledger, configuration, sources, rule, subject).all_conditions();
}

Explanation explain_item(const std::vector<StoreFile>& store, const rule::Configuration& configuration,
                         const rule::Sources& sources, const rule::Rule& rule, const std::string& subject) {
  const std::string key = subject.substr(subject.find('/') + 1);
  const uint8_t slot = engine::home_slot(rule.subject->name, key);
  for (const StoreFile& file : store) {
    if (!file.ownership.owns(slot)) continue;
    ReadLedger ledger(file, configuration.catalog);
    ledger::Entity* entity = ledger->find(*rule.subject, key);
    Explanation out{{"rule", {{"id", rule.id}, {"title", rule.title}}},
                    {"subject", {{"kind", rule.subject->name}, {"id", key}, {"known", false}}}};
    if (entity != nullptr && entity->known)
      out = ItemExplainer(ledger, configuration, sources, rule, *entity).explain();
    out["dead_letters"] = dead_letters_part(*ledger, key, configuration.zone);
    return out;
  }
  throw std::logic_error("no shard owns the subject");  // store_files() has seen that all are there
}

}  // namespace duban::app
