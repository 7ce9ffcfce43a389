// When the stages of an item fire: a pure function of the rule, the item's anchors and the calendar.
#pragma once

#include <optional>
#include <vector>

#include "ledger/rows.hpp"
#include "rule/configuration.hpp"

namespace duban::engine {

/// A stage that asks for measures is planned so much after its instant, and says that instant: all else that
/// happens then has happened.
inline constexpr Duration kMeasuring{1};

/// One stage with its instant.
struct PlannedStage {
  const rule::Stage* stage = nullptr;
  Instant at{};
  ledger::NameId name{};  // the stage's id, interned
};

/// What the schedules of an item hang on besides the item itself.
struct SpanDates {
  std::optional<rule::Moment> start;
  std::optional<rule::Moment> end;
  cel::Value fields = cel::Value::absent();  // of an event span's entity; lives as long as the span
};

/// The due moment of an item, rolled as its rule says; nothing if the rule has none or its anchor is not
/// known.
std::optional<rule::Moment> due_of(const rule::Rule& rule, const ledger::Entity& subject, Instant opened,
                                   const SpanDates& span, const rule::TimeBase& base);

/// The instants of all stages whose anchors are known, in the rule's order, moved off days off. Repetition
/// `k` of a repeating stage follows by `every`.
std::vector<PlannedStage> plan(const rule::Rule& rule, const ledger::Entity& subject,
                               const ledger::Item& item, const SpanDates& span, const rule::TimeBase& base);

}  // namespace duban::engine
