// Which spans are live: opened and closed by the calendar and by events. Their subjects learn it by fan-outs
// (jobs.cpp).
#include <algorithm>

#include "engine/impl.hpp"

namespace duban::engine {
namespace {

/// Days before and after the engine's year for which calendar spans are computed. The window hangs on the
/// year alone, so that a restart sees the same spans.
constexpr int kWindowBack = 400;
constexpr int kWindowAhead = 400;

std::string joined(const std::vector<std::string>& parts) {
  std::string out;
  for (const std::string& part : parts) out += (out.empty() ? "" : ",") + part;
  return out;
}

std::vector<std::string> area_list(const cel::Value& value) {
  std::vector<std::string> out;
  if (value.is(cel::Kind::string)) out.emplace_back(value.text());
  if (value.is(cel::Kind::list))
    for (const cel::Value& item : value.items()) out.emplace_back(item.string_or({}));
  return out;
}

/// Whether `when` says within(SUBJECT.area, trigger.areas): then only subjects there need a visit.
bool narrowed_by_area(const rule::Rule& rule) {
  if (!rule.when || rule.subject->area < 0) return false;
  const std::string area =
      rule.subject->name + "." + rule.subject->layout->fields[static_cast<size_t>(rule.subject->area)].name;
  for (auto& [offset, term] : cel::conjuncts(rule.when->source())) {
    std::string bare = term;
    std::erase(bare, ' ');
    if (bare == "within(" + area + ",trigger.areas)" || bare == "within(" + area + ",trigger.area)")
      return true;
  }
  return false;
}

}  // namespace

/// Recomputes what is live at `last_input`; nothing is opened or closed by it.
void Engine::Impl::load_spans() {
  live.clear();
  load_calendar_spans();
  for (const ledger::Span& row : ledger.live_spans()) {
    const auto found = rule_by_name.find(static_cast<int32_t>(row.rule));
    if (found == rule_by_name.end()) continue;
    const rule::Rule& rule = *found->second;
    if (rule.trigger.kind == rule::Trigger::Kind::event) {
      const size_t slash = row.fields.find('/');
      const event::EntityKind* kind = config->catalog->kind(row.fields.substr(0, slash));
      Entity* entity = kind != nullptr ? ledger.find(*kind, row.fields.substr(slash + 1)) : nullptr;
      // It may have ended while the rule was away.
      if (entity == nullptr || (!entity->is_open() && rule.trigger.for_.empty())) continue;
      LiveSpan span;
      span.rule = &rule;
      span.key = row.key;
      span.opened = row.opened;
      span.closes = row.closes;
      const std::string old_key =
          entity->chain_keys.size() > 1 ? *(entity->chain_keys.end() - 2) : std::string{};
      refresh_live(span, *entity, old_key.empty() ? nullptr : ledger.find(*kind, old_key));
      boundary = std::min(boundary, span.closes);
      live.push_back(std::move(span));
      continue;
    }
    for (const auto& [of, calendar_span] : calendar)
      if (of == &rule && calendar_span.key == row.key) {
        live.push_back(make_live(rule, calendar_span, config->zone));
        live.back().opened = row.opened;
      }
  }
}

void Engine::Impl::load_calendar_spans() {
  calendar.clear();
  const int year = config->zone.date(last_input).year();
  next_window = Date::of(year + 1, 1, 1);
  for (const auto& rule : config->rules.rules) {
    if (!rule->trigger.calendar()) continue;
    for (CalendarSpan& span : calendar_spans(*rule, Date::of(year, 1, 1) - kWindowBack,
                                             next_window + kWindowAhead, config->time_base(), declared))
      calendar.emplace_back(rule.get(), std::move(span));
  }
  boundary = next_boundary();
}

/// The next instant at which a span opens or closes. Openings that were passed over (a new rule, a calendar
/// that came late) are due at once.
Instant Engine::Impl::next_boundary() const {
  Instant next = config->zone.instant(next_window, TimeOfDay{0});
  for (const auto& [rule, span] : calendar) {
    if (span.closes <= last_input) continue;
    if (find_span(*rule, span.key) != nullptr)
      next = std::min(next, span.closes);
    else
      next = std::min(next, std::max(span.opens, last_input));
  }
  for (const LiveSpan& span : live)
    next = std::min(next, std::max(std::min(span.closes, span.expires), last_input));
  return next;
}

void Engine::Impl::cross_boundary(Instant t) {
  settle_jobs();
  if (config->zone.date(t) >= next_window) load_calendar_spans();
  expire_watched(t);
  for (size_t i = 0; i < live.size();)
    if (live[i].closes <= t)
      close_span(i);
    else
      ++i;
  for (const auto& [rule, span] : calendar) {
    if (span.opens > t || span.closes <= t || find_span(*rule, span.key) != nullptr) continue;
    open_span(make_live(*rule, span, config->zone));
  }
  boundary = next_boundary();
}

/// Entities whose spans are live end by themselves before the stages of the same instant fire, whatever their
/// row.
void Engine::Impl::expire_watched(Instant t) {
  for (;;) {
    const auto over =
        std::find_if(live.begin(), live.end(), [&](const LiveSpan& s) { return s.expires <= t; });
    if (over == live.end()) return;
    Entity* entity = ledger.find(*over->kind, over->entity);
    over->expires = entity != nullptr && entity->expires > t ? entity->expires : kNever;
    if (entity == nullptr || entity->expires > t) continue;
    bring_up(*entity, t);
    expire(*entity);
  }
}

void Engine::Impl::open_span(LiveSpan span) {
  span.opened = now;
  if (span.kind != nullptr) span.dates.start = rule::Moment::of(now);
  ledger::Span row;
  row.rule = name_of(*span.rule);
  row.key = span.key;
  row.opened = now;
  row.closes = span.closes;
  row.area = joined(areas_of(span));
  if (span.kind != nullptr) row.fields = span.kind->name + "/" + span.entity;
  ledger.put(row);
  live.push_back(std::move(span));
  visit_subjects(*live.back().rule, areas_of(live.back()));
}

void Engine::Impl::close_span(size_t position) {
  const rule::Rule& rule = *live[position].rule;
  const std::vector<std::string> areas = areas_of(live[position]);
  if (auto row = ledger.span(name_of(rule), live[position].key)) {
    row->live = false;
    row->closes = now;
    ledger.put(*row);
  }
  live.erase(live.begin() + static_cast<std::ptrdiff_t>(position));
  visit_subjects(rule, areas);
}

/// Areas whose subjects a span can concern; {""} for all.
std::vector<std::string> Engine::Impl::areas_of(const LiveSpan& span) const {
  if (!span.area.empty()) return {span.area};
  if (span.kind == nullptr || !narrowed_by_area(*span.rule)) return {""};
  std::vector<std::string> areas = area_list(span.trigger.get("areas"));
  if (areas.empty()) areas = area_list(span.trigger.get("area"));
  return areas.empty() ? std::vector<std::string>{""} : areas;
}

/// An event on an entity that some rule's trigger watches: its span opens, goes on, or ends.
void Engine::Impl::update_event_spans(Entity& entity, const Entity* replaced) {
  const std::string key = event_span_key(entity);
  const auto watches = [&](const auto& rule) {
    return rule->trigger.kind == rule::Trigger::Kind::event && rule->trigger.event->kind == entity.kind;
  };
  for (const auto& rule : config->rules.rules) {
    const rule::Trigger& trigger = rule->trigger;
    if (!watches(rule)) continue;
    // Other grades of the same chain end with this one; so does the span of an entity that is over.
    for (size_t i = 0; i < live.size();) {
      const LiveSpan& span = live[i];
      const bool ours = span.rule == rule.get() && span.kind == entity.kind &&
                        (span.entity == entity.key || (replaced != nullptr && span.entity == replaced->key));
      const bool goes_on = span.key == key && (entity.is_open() || !trigger.for_.empty());
      if (ours && !goes_on && trigger.for_.empty())
        close_span(i);
      else
        ++i;
    }
    LiveSpan* span = find_span(*rule, key);
    if (span != nullptr) {
      std::vector<std::string> areas = areas_of(*span);  // also those it covers no longer
      refresh_live(*span, entity, replaced);
      for (std::string& area : areas_of(*span))
        if (std::find(areas.begin(), areas.end(), area) == areas.end()) areas.push_back(std::move(area));
      if (auto row = ledger.span(name_of(*rule), key)) {
        row->fields = entity.kind->name + "/" + entity.key;
        ledger.put(*row);
      }
      visit_subjects(*rule, areas);
      continue;
    }
    if (!entity.is_open() || ledger.span(name_of(*rule), key)) continue;  // never opened twice
    LiveSpan fresh;
    fresh.rule = rule.get();
    fresh.key = key;
    fresh.opened = now;
    refresh_live(fresh, entity, replaced);
    Scope scope;
    scope.values[rule::kTrigger] = fresh.trigger;
    if (trigger.when && !evaluate(*trigger.when, scope).is_true()) continue;
    if (!trigger.for_.empty()) {
      rule::Schedule life;
      life.anchor = rule::Anchor::trigger_start;
      life.steps = trigger.for_;
      const rule::Anchors anchors = [&](const rule::Schedule&) {
        return std::optional(rule::Moment::of(now));
      };
      if (const auto end = rule::resolve(life, anchors, config->time_base()))
        fresh.closes = rule::end_of(*end, config->zone);
    }
    open_span(std::move(fresh));
  }
  boundary = next_boundary();
}

LiveSpan* Engine::Impl::find_span(const rule::Rule& rule, std::string_view key) {
  for (LiveSpan& span : live)
    if (span.rule == &rule && span.key == key) return &span;
  return nullptr;
}

const LiveSpan* Engine::Impl::find_span(const rule::Rule& rule, std::string_view key) const {
  return const_cast<Impl*>(this)->find_span(rule, key);
}

/// Of a season's areas the most specific one counts for a subject.
bool Engine::Impl::covers(const LiveSpan& span, const Entity& entity) const {
  if (span.area.empty()) return true;
  const std::string_view area = entity.text(entity.kind->area);
  if (!area.starts_with(span.area)) return false;
  return std::none_of(calendar.begin(), calendar.end(), [&](const auto& other) {
    return other.first == span.rule && other.second.area.size() > span.area.size() &&
           area.starts_with(other.second.area) && span.dates.start && span.dates.start->date &&
           other.second.first.year() == span.dates.start->date->year();
  });
}

/// Takes up what a season's entity declares; nothing is opened or closed by it.
void Engine::Impl::note_season(const Entity& entity) {
  const cel::RecordType& layout = *entity.kind->layout;
  const auto date_of = [&](const char* field) -> std::optional<Date> {
    const int position = layout.find(field);
    if (position < 0 || !entity.fields[position].is(cel::Kind::date)) return std::nullopt;
    return entity.fields[position].date();
  };
  const auto first = date_of("from");
  const auto last = date_of("to");
  const int id = layout.find("season");
  const int areas = layout.find("areas");
  if (!first || !last || id < 0 || areas < 0) return;
  std::erase_if(declared, [&](const DeclaredSeason& other) { return other.entity == entity.key; });
  declared.push_back({entity.changed, entity.key, std::string(entity.text(id)),
                      area_list(entity.fields[areas]), *first, *last});
  std::sort(declared.begin(), declared.end(), [](const DeclaredSeason& a, const DeclaredSeason& b) {
    return std::tie(a.at, a.entity) < std::tie(b.at, b.entity);
  });
}

/// Season events override the calendar's dates for their areas.
void Engine::Impl::declare_season(const Entity& entity) {
  settle_jobs();
  note_season(entity);
  load_calendar_spans();
  for (LiveSpan& span : live) {
    if (span.rule->trigger.kind != rule::Trigger::Kind::season) continue;
    const auto same = std::find_if(calendar.begin(), calendar.end(), [&](const auto& of) {
      return of.first == span.rule && of.second.key == span.key;
    });
    const Instant opened = span.opened;
    if (same == calendar.end())
      span.closes = now;  // its declaration was taken back
    else
      span = make_live(*span.rule, same->second, config->zone);
    span.opened = opened;
    visit_subjects(*span.rule, areas_of(span));
  }
  boundary = next_boundary();
}

}  // namespace duban::engine
