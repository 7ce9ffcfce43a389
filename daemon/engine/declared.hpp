// Spans that events declare: the seasons of areas, and nodes such as a party meeting.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ledger/rows.hpp"
#include "rule/configuration.hpp"

namespace duban::ledger {
class Ledger;
}

namespace duban::engine {

/// A season overrides the calendar's of the same id and year in its areas; a node is a span of its own.
struct DeclaredSpan {
  Instant at{};        // when it was declared; of two seasons for one area the later one counts
  std::string entity;  // key of the entity that declares it
  rule::Trigger::Kind kind = rule::Trigger::Kind::none;  // season or node
  std::string id;                                        // what a trigger names: a season, a node's kind
  std::string name;                                      // of a node, for people
  std::vector<std::string> areas;                        // empty: everywhere
  Date first, last;
  int year = 0;
};

/// season or node for the catalog's kinds of these names, else none.
rule::Trigger::Kind declares(const event::EntityKind& kind);
/// What an entity of such a kind declares; nothing if it was taken back or lacks its dates.
std::optional<DeclaredSpan> declared_by(const ledger::Entity& entity);
/// All that the ledger's entities declare, in order of (instant, entity).
std::vector<DeclaredSpan> declared_spans(ledger::Ledger& ledger, const event::Catalog& catalog);

}  // namespace duban::engine
