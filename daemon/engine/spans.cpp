#include "engine/spans.hpp"

#include <algorithm>

namespace duban::engine {
namespace {

using rule::Moment;
using rule::Trigger;

std::string two_digits(unsigned n) { return (n < 10 ? "0" : "") + std::to_string(n); }

CalendarSpan period_starting(const std::string& period, Date first) {
  CalendarSpan span;
  span.first = first;
  span.year = first.year();
  const unsigned month = first.month();
  const std::string year = std::to_string(span.year);
  const auto of_months = [&](int months, std::string key) {
    span.last = first.add_months(months) - 1;
    span.key = std::move(key);
  };
  if (period == "week") {
    // ISO week: it belongs to the year of its Thursday.
    const Date thursday = first + 3;
    const int week = (thursday - Date::of(thursday.year(), 1, 1)) / 7 + 1;
    span.year = thursday.year();
    span.last = first + 6;
    span.key = std::to_string(span.year) + "-W" + two_digits(static_cast<unsigned>(week));
  } else if (period == "month") {
    of_months(1, year + "-" + two_digits(month));
  } else if (period == "2 months") {
    of_months(2, year + "-M" + two_digits(month));
  } else if (period == "quarter") {
    of_months(3, year + "-Q" + std::to_string((month + 2) / 3));
  } else if (period == "half-year") {
    of_months(6, year + (month == 1 ? "-H1" : "-H2"));
  } else {
    of_months(12, year);
  }
  span.id = period;
  span.name = span.key;
  return span;
}

Date first_period_before(const std::string& period, Date day) {
  if (period == "week") return day - static_cast<int>((day.weekday() + 6) % 7);
  return Date::of(day.year(), 1, 1);
}

std::vector<CalendarSpan> periods(const std::string& period, Date from, Date to) {
  std::vector<CalendarSpan> out;
  for (Date first = first_period_before(period, from); first <= to; first = out.back().last + 1)
    out.push_back(period_starting(period, first));
  return out;
}

std::vector<CalendarSpan> holidays(const Trigger& trigger, Date from, Date to, const rule::TimeBase& base) {
  std::vector<CalendarSpan> out;
  for (const calendar::Holiday& holiday : base.calendar.holidays(from, to)) {
    if (trigger.name != "any" && trigger.name != holiday.id) continue;
    // Two holidays that fall together are one run of days off: `any` sees it once, under the first name.
    if (trigger.name == "any" && !out.empty() && out.back().first == holiday.first) continue;
    CalendarSpan span;
    span.key = holiday.id + "/" + std::to_string(holiday.year);
    span.name = holiday.name;
    span.id = holiday.id;
    span.year = holiday.year;
    span.first = holiday.first;
    span.last = holiday.last;
    out.push_back(std::move(span));
  }
  return out;
}

CalendarSpan season_span(std::string id, std::string name, std::string area, int year, Date first,
                         Date last) {
  CalendarSpan span;
  span.key = id + "/" + area + "/" + std::to_string(year);
  span.name = std::move(name);
  span.id = std::move(id);
  span.area = std::move(area);
  span.year = year;
  span.first = first;
  span.last = last;
  return span;
}

std::vector<CalendarSpan> seasons(const Trigger& trigger, Date from, Date to, const rule::TimeBase& base,
                                  const std::vector<DeclaredSpan>& declared) {
  std::vector<CalendarSpan> out;
  std::string name = trigger.name;
  for (const calendar::Season& season : base.calendar.seasons(from, to)) {
    if (season.id != trigger.name) continue;
    name = season.name;
    out.push_back(season_span(season.id, season.name, season.area, season.year, season.first, season.last));
  }
  for (const DeclaredSpan& season : declared) {
    if (season.kind != Trigger::Kind::season || season.id != trigger.name) continue;
    for (const std::string& area : season.areas) {
      CalendarSpan span = season_span(season.id, name, area, season.first.year(), season.first, season.last);
      const auto same =
          std::find_if(out.begin(), out.end(), [&](const CalendarSpan& s) { return s.key == span.key; });
      if (same != out.end())
        *same = std::move(span);
      else if (season.last >= from && season.first <= to)
        out.push_back(std::move(span));
    }
  }
  return out;
}

/// A node is a span in each of its areas.
std::vector<CalendarSpan> nodes(const Trigger& trigger, Date from, Date to,
                                const std::vector<DeclaredSpan>& declared) {
  std::vector<CalendarSpan> out;
  for (const DeclaredSpan& node : declared) {
    if (node.kind != Trigger::Kind::node || node.id != trigger.name) continue;
    if (node.last < from || node.first > to) continue;
    for (const std::string& area : node.areas.empty() ? std::vector<std::string>{""} : node.areas) {
      CalendarSpan span;
      span.key = node.entity + (area.empty() ? "" : "/" + area);
      span.name = node.name;
      span.id = node.entity;
      span.area = area;
      span.year = node.year;
      span.first = node.first;
      span.last = node.last;
      out.push_back(std::move(span));
    }
  }
  return out;
}

/// The life of a span: its own days, widened by the trigger's `from` and `to`.
void set_life(CalendarSpan& span, const Trigger& trigger, const rule::TimeBase& base) {
  const rule::Anchors anchors = [&](const rule::Schedule& s) -> std::optional<Moment> {
    return Moment::of(s.anchor == rule::Anchor::trigger_end ? span.last : span.first, base.zone);
  };
  span.opens = base.zone.instant(span.first, TimeOfDay{0});
  span.closes = base.zone.end_of(span.last);
  if (trigger.from)
    if (const auto from = rule::resolve(*trigger.from, anchors, base))
      span.opens = std::min(span.opens, from->at);
  if (trigger.to)
    if (const auto to = rule::resolve(*trigger.to, anchors, base))
      span.closes = std::max(span.closes, rule::end_of(*to, base.zone));
}

}  // namespace

std::vector<CalendarSpan> calendar_spans(const rule::Rule& rule, Date from, Date to,
                                         const rule::TimeBase& base,
                                         const std::vector<DeclaredSpan>& declared) {
  // `from` and `to` may widen a span by months: look that much further for its days.
  constexpr int kWidest = 200;
  const Date wide_from = from - kWidest;
  const Date wide_to = to + kWidest;
  std::vector<CalendarSpan> spans;
  switch (rule.trigger.kind) {
    case Trigger::Kind::every:
      spans = periods(rule.trigger.period, wide_from, wide_to);
      break;
    case Trigger::Kind::holiday:
      spans = holidays(rule.trigger, wide_from, wide_to, base);
      break;
    case Trigger::Kind::season:
      spans = seasons(rule.trigger, wide_from, wide_to, base, declared);
      break;
    case Trigger::Kind::node:
      spans = nodes(rule.trigger, wide_from, wide_to, declared);
      break;
    case Trigger::Kind::none:
    case Trigger::Kind::event:
    case Trigger::Kind::measure:
      break;
  }
  for (CalendarSpan& span : spans) set_life(span, rule.trigger, base);
  const Instant begin = base.zone.instant(from, TimeOfDay{0});
  const Instant end = base.zone.end_of(to);
  std::erase_if(spans, [&](const CalendarSpan& s) { return s.closes <= begin || s.opens >= end; });
  std::sort(spans.begin(), spans.end(), [](const CalendarSpan& a, const CalendarSpan& b) {
    return std::tie(a.opens, a.key) < std::tie(b.opens, b.key);
  });
  return spans;
}

LiveSpan make_live(const rule::Rule& rule, const CalendarSpan& span, const Zone& zone) {
  LiveSpan live;
  live.rule = &rule;
  live.key = span.key;
  live.id = span.id;
  live.area = span.area;
  live.opened = span.opens;
  live.closes = span.closes;
  live.dates = {Moment::of(span.first, zone), Moment::of(span.last, zone)};
  cel::Value* fields = live.memory->values(rule::kSpanFields);
  fields[rule::kSpanStart] = cel::Value::of(span.first);
  fields[rule::kSpanEnd] = cel::Value::of(span.last);
  fields[rule::kSpanName] = cel::Value::of(live.memory->copy(span.name));
  fields[rule::kSpanId] = cel::Value::of(live.memory->copy(span.id));
  fields[rule::kSpanYear] = cel::Value::of(int64_t{span.year});
  fields[rule::kSpanArea] = cel::Value::of(live.memory->copy(span.area));
  live.trigger = cel::Value::of_record(rule::calendar_span_type(), fields);
  return live;
}

void refresh_live(LiveSpan& span, const ledger::Entity& entity, const ledger::Entity* replaced) {
  const event::EntityKind& kind = *entity.kind;
  const size_t own = kind.layout->fields.size();
  auto memory = std::make_unique<cel::Arena>();
  cel::Value* fields = memory->values(own + 3);
  for (size_t i = 0; i < own; ++i) fields[i] = memory->copy(entity.fields[i]);
  const std::vector<std::string> keys =
      entity.chain_keys.empty() ? std::vector{entity.key} : entity.chain_keys;
  cel::Value* ids = memory->values(keys.size());
  for (size_t i = 0; i < keys.size(); ++i) ids[i] = cel::Value::of(memory->copy(keys[i]));
  fields[own] = cel::Value::of(std::span<const cel::Value>(ids, keys.size()));
  fields[own + 1] = cel::Value::of(entity.chain_start);
  fields[own + 2] = replaced != nullptr ? memory->copy(replaced->record()) : cel::Value::absent();
  span.trigger = cel::Value::of_record(rule::event_span_type(kind), fields);
  span.memory = std::move(memory);
  span.entity = entity.key;
  span.previous = previous_of(entity);
  span.expires = entity.expires;
  span.kind = &kind;
  span.dates.start = rule::Moment::of(span.opened);
  span.dates.fields = span.trigger;
}

std::string grade_of(const ledger::Entity& entity) {
  const int field = entity.kind->grade;
  return field < 0 ? std::string{} : cel::to_text(entity.fields[field]);
}

std::string event_span_key(const ledger::Entity& entity) {
  const std::string grade = grade_of(entity);
  return (entity.chain.empty() ? entity.key : entity.chain) + (grade.empty() ? "" : "/" + grade);
}

std::string previous_of(const ledger::Entity& entity) {
  const size_t chain = entity.chain_keys.size();
  return chain > 1 ? entity.chain_keys[chain - 2] : std::string{};
}

// "warning/W1", and the grade on a line of its own.
std::string to_text(const SpanOrigin& origin) {
  return origin.kind + "/" + origin.entity + (origin.grade.empty() ? "" : "\n" + origin.grade);
}

SpanOrigin span_origin(const ledger::Span& row) {
  const size_t slash = row.fields.find('/');
  if (slash == std::string::npos) return {};
  const size_t line = std::min(row.fields.rfind('\n'), row.fields.size());
  SpanOrigin origin{row.fields.substr(0, slash), row.fields.substr(slash + 1, line - slash - 1), {}};
  if (line < row.fields.size()) origin.grade = row.fields.substr(line + 1);
  return origin;
}

}  // namespace duban::engine
