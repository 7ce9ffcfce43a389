// An alert as it is raised: who is told, what is said, the record that goes out.
#include <fmt/format.h>

#include <algorithm>

#include "core/limits.hpp"
#include "engine/alert_json.hpp"
#include "engine/impl.hpp"

namespace duban::engine {
// ---- scope

void Engine::Impl::fill(Scope& scope, const Entity& entity, const LiveSpan* span) {
  scope.values[rule::kSubject] = entity.record();
  if (span != nullptr) scope.values[rule::kTrigger] = span->trigger;
}

std::string_view Engine::Impl::unit_id_of(const Entity& entity) const {
  if (entity.kind == unit_kind) return entity.key;
  for (const int field : entity.kind->unit_fields)
    if (const std::string_view id = entity.text(field); !id.empty()) return id;
  return {};
}

Entity* Engine::Impl::unit_of(const Entity& entity) {
  const std::string_view id = unit_id_of(entity);
  if (id.empty() || unit_kind == nullptr) return nullptr;
  Entity* unit = ledger.find(*unit_kind, id);
  return unit != nullptr && unit->known ? unit : nullptr;
}

/// A unit that no event has described yet is known by its id alone.
void Engine::Impl::fill_unit(Scope& scope, const Entity& entity) {
  if (entity.kind == unit_kind || unit_kind == nullptr) return;
  if (const Entity* unit = unit_of(entity)) {
    scope.values[rule::kUnit] = unit->record();
    return;
  }
  const size_t count = unit_kind->layout->fields.size();
  cel::Value* fields = ledger.arena().values(count);
  std::fill_n(fields, count, cel::Value::absent());
  const std::string_view id = unit_id_of(entity);
  fields[event::kKeyField] = cel::Value::of(id);
  if (unit_fields->name >= 0) fields[unit_fields->name] = cel::Value::of(id.empty() ? "(未登记单位)" : id);
  scope.values[rule::kUnit] = cel::Value::of_record(unit_kind->layout, fields);
}

void Engine::Impl::fill_item(Scope& scope, const rule::Rule& rule, const Item& item) {
  engine::fill_item(scope, rule, item, now, config->zone);
}

cel::Value Engine::Impl::evaluate(const cel::Program& program, const Scope& scope) {
  cel::Context context{ledger.arena(), &host, &config->zone};
  return program.evaluate(scope.values, context);
}

// ---- identity

std::string Engine::Impl::item_id(const Entity& entity, const Item& item) const {
  const std::string_view nul("\0", 1);
  std::string text = ledger.text(item.rule);
  for (const std::string_view part : {std::string_view(entity.kind->name), std::string_view(entity.key),
                                      std::string_view(item.span), std::string_view(item.episode)})
    text.append(nul).append(part);
  return fmt::format("{:02x}-{}", home_slot(entity.kind->name, entity.key), hash128(text).hex());
}

std::string Engine::Impl::alert_id(const Entity& entity, const rule::Rule& rule, const Item& item,
                                   std::string_view stage, int repetition) const {
  std::string text = rule.id;
  const std::string times = std::to_string(repetition);
  for (const std::string_view part :
       {std::string_view(entity.kind->name), std::string_view(entity.key), std::string_view(item.span),
        std::string_view(item.episode), stage, std::string_view(times)}) {
    text.push_back('\0');
    text.append(part);
  }
  return fmt::format("{:02x}-{}", home_slot(entity.kind->name, entity.key), hash128(text).hex());
}

// ---- recipients

/// The subject's own area and industry if it has them, else its unit's.
Engine::Impl::Place Engine::Impl::place_of(const Entity& entity) {
  Place place{std::string(entity.text(entity.kind->area)), std::string(entity.text(entity.kind->industry))};
  const Entity* unit = unit_of(entity);
  if (unit != nullptr && place.area.empty()) place.area = unit->text(unit_fields->area);
  if (unit != nullptr && place.industry.empty()) {
    const UnitCard card = card_of(*unit, *unit_fields);
    if (!card.industries.empty()) place.industry = card.industries.front();
  }
  return place;
}

std::vector<std::string> Engine::Impl::recipients(const rule::Stage& stage, Entity& entity, const Item& item,
                                                  const LiveSpan* span) {
  using Who = rule::Recipient::Who;
  const auto& [area, industry] = place_of(entity);
  std::vector<std::string> out;
  const auto add = [&](std::string who) {
    if (!who.empty() && std::find(out.begin(), out.end(), who) == out.end()) out.push_back(std::move(who));
  };
  for (const rule::Recipient& to : stage.to) {
    switch (to.who) {
      case Who::role:
        add(role_recipient(to, area, industry, entity));
        break;
      case Who::unit_id:
        add(to.name + "/" + to.post);
        break;
      case Who::field: {
        const cel::Value& ids = entity.fields[to.field];
        if (ids.is(cel::Kind::string)) add(std::string(ids.text()) + "/" + to.post);
        if (ids.is(cel::Kind::list))
          for (const cel::Value& id : ids.items()) add(std::string(id.string_or({})) + "/" + to.post);
        break;
      }
      case Who::event_by:
        if (span != nullptr)
          if (const cel::Value by = span->trigger.get("by"); by.is(cel::Kind::string))
            add(std::string(by.text()));
        break;
      case Who::told:
        for (const std::string& who : item.told) add(who);
        break;
    }
  }
  return out;
}

/// "TOWN-1/principal". A role or post that nobody holds falls to the nearest ancestor's office as orphan.
std::string Engine::Impl::role_recipient(const rule::Recipient& to, std::string_view area,
                                         std::string_view industry, Entity& entity) {
  if (to.role == "unit") {
    const std::string id(unit_id_of(entity));
    const Entity* unit = unit_of(entity);
    if (!id.empty() && (unit == nullptr || card_of(*unit, *unit_fields).holds(to.post)))
      return id + "/" + to.post;
  } else if (const UnitCard* card = directory.find(to.role, to.name, to.level, area, industry);
             card != nullptr && card->holds(to.post)) {
    return card->id + "/" + to.post;
  }
  const UnitCard* office = directory.nearest_office(area);
  return office != nullptr ? office->id + "/orphan" : "orphan";
}

// ---- text and record

std::string Engine::Impl::message(const rule::Rule& rule, const rule::Stage& stage, Entity& entity,
                                  const Item& item, Scope& scope) {
  cel::Context context{ledger.arena(), &host, &config->zone};
  const std::optional<rule::Template>& form = stage.message ? stage.message : rule.message;
  std::string text;
  if (form) {
    text = form->render(scope.values, context);
  } else {
    const std::string_view title = entity.text(entity.kind->title_field);
    text = fmt::format("【{}】{}:{}", stage.title, rule.title,
                       title.empty() ? std::string_view(entity.key) : title);
    if (item.due != kNever)
      text += ",期限" + (item.due_date ? item.due_date->str() : config->zone.format(item.due));
    text += "。";
  }
  const bool names_it = form && form->source().find("near_miss") != std::string::npos;
  if (!item.near_miss.empty() && !names_it) text += "(" + item.near_miss + ")";
  return text;
}

void Engine::Impl::raise(Entity& entity, const rule::Rule& rule, Item& item, const rule::Stage& stage,
                         NameId stage_name, int repetition) {
  const LiveSpan* span = span_of(rule, item);
  Scope scope;
  fill(scope, entity, span);
  fill_unit(scope, entity);
  fill_item(scope, rule, item);
  rule::Stage shown = stage;
  if (static_cast<uint8_t>(shown.level) < item.floor) {
    shown.level = static_cast<rule::Level>(item.floor);
    shown.title = rule::chinese(shown.level);
  }
  fill_stage(scope, shown);
  const std::string_view area = entity.text(entity.kind->area);
  AlertParts parts;
  parts.id = alert_id(entity, rule, item, stage.id, repetition);
  parts.at = now;
  parts.rule = &rule;
  parts.stage = &shown;
  parts.proposal = config->is_proposal(shown.level, area);
  parts.entity = &entity;
  parts.unit = entity.kind == unit_kind ? &entity : unit_of(entity);
  parts.unit_id = unit_id_of(entity);
  parts.unit_fields = unit_fields.get();
  parts.item = &item;
  parts.item_id = item_id(entity, item);
  parts.streak = scope.item[rule::kItemStreak].integer();
  parts.trigger = span != nullptr ? span->trigger : cel::Value::null();
  parts.to = recipients(stage, entity, item, span);
  parts.text = message(rule, shown, entity, item, scope);
  parts.cause_type = ledger.text(item.cause.type);
  parts.cause_topic = ledger.text(item.cause.topic);
  parts.version = config->version;
  parts.inputs_lost = inputs_lost;

  rule::AlertFacts facts;
  facts.rule = rule.id;
  facts.stage = stage.id;
  facts.kind = entity.kind->name;
  facts.subject = entity.key;
  facts.unit = parts.unit_id;
  facts.area = area;
  facts.industry = entity.text(entity.kind->industry);
  facts.level = shown.level;
  facts.severity = shown.severity;
  facts.proposal = parts.proposal;
  facts.to = &parts.to;
  const std::vector<std::pair<std::string, std::string>> labels(rule.labels.begin(), rule.labels.end());
  facts.labels = &labels;
  cel::Context context{ledger.arena(), &host, &config->zone};

  ledger::Alert alert;
  alert.id = parts.id;
  alert.at = now;
  alert.rule = item.rule;
  alert.stage = stage_name;
  alert.entity = entity.id;
  alert.severity = static_cast<uint8_t>(shown.severity);
  alert.item = parts.item_id;
  alert.missed = static_cast<uint8_t>(rule.missed);
  alert.json = alert_json(parts, config->zone);
  const rule::Way way = config->routes.way(facts, context);
  alert.channels = way.channels;
  if (!way.people.empty()) alert.notices = notices(way, facts);
  alert.recorded = now < options.first_load_until;
  alert.held = catching_up && !alert.recorded;

  const auto said = std::find_if(item.fired.begin(), item.fired.end(),
                                 [&](const ledger::Fired& f) { return f.stage == stage_name; });
  if (said == item.fired.end())
    item.fired.push_back({stage_name, repetition + 1, now});
  else
    *said = {stage_name, repetition + 1, now};
  item.level = std::max(item.level, static_cast<uint8_t>(shown.level));
  item.near_miss.clear();
  for (const std::string& who : parts.to)
    if (item.told.size() < limits::kToldPerItem &&
        std::find(item.told.begin(), item.told.end(), who) == item.told.end())
      item.told.push_back(who);
  ledger.touch(entity);
  if (!ledger.raise(alert)) return;
  if (!config->routes.inhibitions().empty()) note_inhibitor(alert, facts);
  ++applied.alerts;
  ++applied.alerts_by_level[static_cast<size_t>(shown.level)];
  if (options.on_alert) options.on_alert(alert);
  if (parts.proposal) propose(entity, rule, shown, item, alert.id);
}

}  // namespace duban::engine
