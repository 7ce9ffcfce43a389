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
      if (auto span = event_span(rule, row)) live.push_back(std::move(*span));
      continue;
    }
    const CalendarSpan* same = calendar_span(rule, row.key);
    LiveSpan span;
    if (same != nullptr) {
      span = make_live(rule, *same, config->zone);
    } else {  // taken back, by an event or by an edit of the rule
      span.rule = &rule;
      span.key = row.key;
      withdraw(span);
    }
    span.opened = row.opened;
    live.push_back(std::move(span));
  }
}

void Engine::Impl::load_calendar_spans() {
  calendar.assign(config->rules.rules.size(), {});
  const int year = config->zone.date(last_input).year();
  next_window = Date::of(year + 1, 1, 1);
  for (const auto& rule : config->rules.rules) {
    if (!rule->trigger.calendar()) continue;
    calendar[static_cast<size_t>(rule->index)] = calendar_spans(
        *rule, Date::of(year, 1, 1) - kWindowBack, next_window + kWindowAhead, config->time_base(), declared);
  }
  boundary = next_boundary();
}

/// The next instant at which a span opens or closes. Openings that were passed over (a new rule, a calendar
/// that came late) are due at once.
Instant Engine::Impl::next_boundary() const {
  Instant next = config->zone.instant(next_window, TimeOfDay{0});
  for (size_t i = 0; i < calendar.size(); ++i) {
    for (const CalendarSpan& span : calendar[i]) {
      if (span.opens > last_input) {
        next = std::min(next, span.opens);
        break;  // the others open later
      }
      if (span.closes > last_input && find_span(*config->rules.rules[i], span.key) == nullptr)
        next = last_input;
    }
  }
  for (const LiveSpan& span : live)
    next = std::min(next, std::max(std::min(span.closes, span.expires), last_input));
  if (!thresholds.empty() && last_input != Instant{})
    next = std::min(next, config->zone.instant(checked_day + 1, TimeOfDay{0}));
  return next;
}

void Engine::Impl::cross_boundary(Instant t) {
  settle_jobs();
  if (config->zone.date(t) >= next_window) load_calendar_spans();
  expire_watched(t);
  check_thresholds_of_day(t);
  for (size_t i = 0; i < live.size();)
    if (live[i].closes <= t)
      close_span(i);
    else
      ++i;
  for (size_t i = 0; i < calendar.size(); ++i) {
    const rule::Rule& rule = *config->rules.rules[i];
    for (const CalendarSpan& span : calendar[i])
      if (span.opens <= t && span.closes > t && find_span(rule, span.key) == nullptr)
        open_span(make_live(rule, span, config->zone));
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
  if (span.kind != nullptr) row.fields = to_text(SpanOrigin{span.kind->name, span.entity, span.grade});
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
  live.erase(position);
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

const LiveSpan* Engine::Impl::find_span(const rule::Rule& rule, std::string_view key) const {
  for (const size_t position : live.of(rule))
    if (live[position].key == key) return &live[position];
  return nullptr;
}

const CalendarSpan* Engine::Impl::calendar_span(const rule::Rule& rule, std::string_view key) const {
  for (const CalendarSpan& span : calendar[static_cast<size_t>(rule.index)])
    if (span.key == key) return &span;
  return nullptr;
}

/// Of the areas of a season or node the most specific one counts for a subject.
bool Engine::Impl::covers(const LiveSpan& span, const Entity& entity) const {
  if (span.withdrawn) return false;
  if (span.area.empty()) return true;
  const std::string_view area = entity.text(entity.kind->area);
  if (!area.starts_with(span.area)) return false;
  if (!span.dates.start || !span.dates.start->date) return true;
  const int year = span.dates.start->date->year();
  const auto& others = calendar[static_cast<size_t>(span.rule->index)];
  return std::none_of(others.begin(), others.end(), [&](const CalendarSpan& other) {
    return other.area.size() > span.area.size() && area.starts_with(other.area) && other.id == span.id &&
           other.first.year() == year;
  });
}

}  // namespace duban::engine
