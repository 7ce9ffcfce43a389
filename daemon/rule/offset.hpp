// How far a schedule's steps lead from their anchor, as bounds: a workday may be one day or many. Private to
// rule/.
#pragma once

#include "rule/schedule.hpp"

namespace duban::rule {

/// In days from the beginning of the anchor's day (from the anchor itself, if it is an instant).
struct Offset {
  double least = 0;
  double most = 0;
};

Offset offset_of(const std::vector<Step>& steps);
/// Of the instant at which a stage with this schedule fires.
Offset stage_offset(const Schedule& schedule);
/// Of the instant at which a deadline ends; `instant_anchor`: the anchor is an instant, not a date.
Offset deadline_offset(const Schedule& schedule, bool instant_anchor);
/// Whether two schedules always mean the same instant of one item.
bool same_instant(const Schedule& a, const Schedule& b);

}  // namespace duban::rule
