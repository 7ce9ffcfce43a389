// Spans of triggers: which are live, with what the rules see of them as `trigger`.
//
// Calendar spans (every, holiday, season, node) are computed from the calendar; event spans live as long as
// their entity. A span's key is its name and period, never its dates (architecture.md, invariant 3).
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/declared.hpp"
#include "engine/plan.hpp"
#include "ledger/rows.hpp"
#include "rule/configuration.hpp"

namespace duban::engine {

/// A span of a calendar trigger.
struct CalendarSpan {
  std::string key;   // "spring-festival/2027", "flood/34/2027", "2027-02", "plenum-6/340602"
  std::string name;  // 春节
  std::string id;    // spring-festival, flood, plenum-6
  std::string area;  // of a season or node; empty: everywhere
  int year = 0;
  Date first, last;  // trigger.start, trigger.end
  Instant opens{};   // first and last moment it is live, widened by `from` and `to`
  Instant closes{};
};

/// The spans of a calendar rule whose life overlaps [from, to], in order of opening, then key.
std::vector<CalendarSpan> calendar_spans(const rule::Rule& rule, Date from, Date to,
                                         const rule::TimeBase& base,
                                         const std::vector<DeclaredSpan>& declared);

/// A live span of one rule, as the engine keeps it in memory.
struct LiveSpan {
  const rule::Rule* rule = nullptr;
  std::string key;
  std::string id;          // of a calendar span
  std::string area;        // restricts the subjects of a season or node; empty: all
  bool withdrawn = false;  // its declaration was taken back
  Instant opened{};        // when it became live for this shard
  Instant closes = kNever;
  Instant expires = kNever;  // when the entity of an event span ends by itself
  SpanDates dates;
  const event::EntityKind* kind = nullptr;  // of an event span's entities
  std::string entity;                       // key of the latest
  std::string previous;                     // key of the one it replaced
  std::string grade;                        // another grade of the chain is another span
  cel::Value trigger;                       // in `memory`
  std::unique_ptr<cel::Arena> memory = std::make_unique<cel::Arena>();
};

/// Fills `trigger` and `dates` of a calendar span.
LiveSpan make_live(const rule::Rule& rule, const CalendarSpan& span, const Zone& zone);
/// Refreshes `trigger` and `dates` of an event span from its entity and, if any, the one it replaced.
void refresh_live(LiveSpan& span, const ledger::Entity& entity, const ledger::Entity* replaced);

/// The key of the first span with its grade that an entity's chain has.
std::string event_span_key(const ledger::Entity& entity);
std::string grade_of(const ledger::Entity& entity);
/// Key of the entity that this one replaced; empty if it is the first of its chain.
std::string previous_of(const ledger::Entity& entity);

/// Whose life an event span is, as its row keeps it.
struct SpanOrigin {
  std::string kind, entity, grade;
};
std::string to_text(const SpanOrigin& origin);
SpanOrigin span_origin(const ledger::Span& row);

}  // namespace duban::engine
