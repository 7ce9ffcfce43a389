// Spans of triggers: which are live, with what the rules see of them as `trigger`.
//
// Calendar spans (every, holiday, season) are computed from the calendar; event spans live as long as their
// entity. A span's key is its name and period, never its dates (architecture.md, invariant 3).
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/plan.hpp"
#include "ledger/rows.hpp"
#include "rule/configuration.hpp"

namespace duban::engine {

/// A span of a calendar trigger.
struct CalendarSpan {
  std::string key;   // "spring-festival/2027", "flood/34/2027", "2027-02"
  std::string name;  // 春节
  std::string id;    // spring-festival
  std::string area;  // of a season; else empty
  int year = 0;
  Date first, last;  // trigger.start, trigger.end
  Instant opens{};   // first and last moment it is live, widened by `from` and `to`
  Instant closes{};
};

/// A season that an event declared; overrides the calendar's of the same id and year in its areas.
struct DeclaredSeason {
  Instant at{};  // when; of two for one area the later one counts
  std::string entity;
  std::string id;
  std::vector<std::string> areas;
  Date first, last;
};

/// The spans of a calendar rule whose life overlaps [from, to], in order of opening, then key.
std::vector<CalendarSpan> calendar_spans(const rule::Rule& rule, Date from, Date to,
                                         const rule::TimeBase& base,
                                         const std::vector<DeclaredSeason>& declared);

/// A live span of one rule, as the engine keeps it in memory.
struct LiveSpan {
  const rule::Rule* rule = nullptr;
  std::string key;
  std::string area;  // restricts the subjects of a season; empty: all
  Instant opened{};  // when it became live for this shard
  Instant closes = kNever;
  Instant expires = kNever;  // when the entity of an event span ends by itself
  SpanDates dates;
  std::string entity;  // key of an event span's latest entity
  const event::EntityKind* kind = nullptr;
  cel::Value trigger;  // in `memory`
  std::unique_ptr<cel::Arena> memory = std::make_unique<cel::Arena>();
};

/// Fills `trigger` and `dates` of a calendar span.
LiveSpan make_live(const rule::Rule& rule, const CalendarSpan& span, const Zone& zone);
/// Refreshes `trigger` and `dates` of an event span from its entity and, if any, the one it replaced.
void refresh_live(LiveSpan& span, const ledger::Entity& entity, const ledger::Entity* replaced);

/// The key of the span an entity belongs to: the first of its chain, with its grade if the kind has one.
std::string event_span_key(const ledger::Entity& entity);

}  // namespace duban::engine
