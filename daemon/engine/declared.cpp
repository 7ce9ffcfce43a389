#include "engine/declared.hpp"

#include <algorithm>

#include "engine/impl.hpp"

namespace duban::engine {
namespace {

using Kind = rule::Trigger::Kind;

std::optional<Date> date_of(const cel::Value& value) {
  return value.is(cel::Kind::date) ? std::optional(value.date()) : std::nullopt;
}

std::vector<std::string> texts_of(const cel::Value& value) {
  std::vector<std::string> out;
  if (value.is(cel::Kind::list))
    for (const cel::Value& item : value.items()) out.emplace_back(item.string_or({}));
  return out;
}

bool earlier(const DeclaredSpan& a, const DeclaredSpan& b) {
  return std::tie(a.at, a.entity) < std::tie(b.at, b.entity);
}

}  // namespace

Kind declares(const event::EntityKind& kind) {
  return kind.name == "season" ? Kind::season : kind.name == "node" ? Kind::node : Kind::none;
}

std::optional<DeclaredSpan> declared_by(const ledger::Entity& entity) {
  const cel::Value record = entity.record();
  DeclaredSpan span;
  span.kind = declares(*entity.kind);
  const bool season = span.kind == Kind::season;
  const auto first = date_of(record.get("from"));
  const auto last = date_of(record.get("to"));
  if (span.kind == Kind::none || !entity.known || !first || !last) return std::nullopt;
  if (!season && !entity.is_open()) return std::nullopt;  // a closed season still has its dates
  span.at = entity.changed;
  span.entity = entity.key;
  span.id = record.get(season ? "season" : "kind").string_or({});
  span.name = record.get("name").string_or(span.id);
  span.areas = texts_of(record.get("areas"));
  span.first = *first;
  span.last = *last;
  const cel::Value year = record.get("year");
  span.year = year.is(cel::Kind::integer) ? static_cast<int>(year.integer()) : span.first.year();
  return span;
}

std::vector<DeclaredSpan> declared_spans(ledger::Ledger& ledger, const event::Catalog& catalog) {
  std::vector<DeclaredSpan> spans;
  for (const auto& kind : catalog.kinds()) {
    if (declares(*kind) == Kind::none) continue;
    ledger.each(*kind, [&](const Entity& entity) {
      if (auto span = declared_by(entity)) spans.push_back(std::move(*span));
    });
  }
  std::sort(spans.begin(), spans.end(), earlier);
  return spans;
}

/// The dates of live spans change, others open; one whose declaration was taken back concerns nobody any
/// more.
void Engine::Impl::declare(const Entity& entity) {
  settle_jobs();
  const Kind kind = declares(*entity.kind);
  std::vector<std::string> ids;  // what triggers name of it, before and now
  std::erase_if(declared, [&](const DeclaredSpan& other) {
    if (other.kind != kind || other.entity != entity.key) return false;
    ids.push_back(other.id);
    return true;
  });
  if (auto span = declared_by(entity)) {
    ids.push_back(span->id);
    declared.insert(std::upper_bound(declared.begin(), declared.end(), *span, earlier), std::move(*span));
  }
  load_calendar_spans();
  for (LiveSpan& span : live) {
    const rule::Trigger& trigger = span.rule->trigger;
    if (trigger.kind != kind || std::find(ids.begin(), ids.end(), trigger.name) == ids.end()) continue;
    if (kind == Kind::node && span.id != entity.key) continue;
    const CalendarSpan* same = calendar_span(*span.rule, span.key);
    const Instant opened = span.opened;
    if (same == nullptr)
      withdraw(span);
    else
      span = make_live(*span.rule, *same, config->zone);
    span.opened = opened;
    visit_subjects(*span.rule, areas_of(span));
  }
  boundary = next_boundary();
}

/// It is closed at the next boundary; until then it covers nobody, so that its items end as void.
void Engine::Impl::withdraw(LiveSpan& span) const {
  span.withdrawn = true;
  span.closes = now;
}

}  // namespace duban::engine
