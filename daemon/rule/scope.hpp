// The variables that a rule's expressions see, and their slots.
#pragma once

#include "cel/program.hpp"
#include "event/catalog.hpp"

namespace duban::rule {

/// Slots of the values given to every expression of a rule. The subject's variable has its kind's name; where
/// the subject is a unit, `unit` is slot 0 and slot 1 is not declared.
enum Slot : int { kSubject = 0, kUnit = 1, kTrigger = 2, kEvent = 3, kItem = 4, kStage = 5, kSlots = 6 };

/// Fields of the `item` record, in order.
enum ItemField : int {
  kItemOpened,
  kItemDue,
  kItemDaysLeft,
  kItemDone,
  kItemNeeded,
  kItemLevel,
  kItemOutcome,
  kItemNearMiss,
  kItemMissesThisYear,
  kItemStreak,
  kItemFields
};
/// opened timestamp, due date (or timestamp), days_left int, done int, needed int, level string, outcome
/// string, near_miss string, misses_this_year int, streak int.
const cel::RecordType* item_type();

enum StageField : int { kStageId, kStageTitle, kStageLevel, kStageSeverity, kStageFields };
const cel::RecordType* stage_type();

/// `trigger` of a calendar span: start and end dates, name, id, year, area.
enum SpanField : int { kSpanStart, kSpanEnd, kSpanName, kSpanId, kSpanYear, kSpanArea, kSpanFields };
const cel::RecordType* calendar_span_type();

/// `trigger` of an event span over entities of `kind`: the entity's fields by the same positions, then ids
/// (list of the chain's keys), first_start (timestamp), previous (map of the replaced one's fields).
const cel::RecordType* event_span_type(const event::EntityKind& kind);

}  // namespace duban::rule
