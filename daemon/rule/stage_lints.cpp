#include <algorithm>

#include "rule/codes.hpp"
#include "rule/lints.hpp"
#include "rule/offset.hpp"

namespace duban::rule {
namespace {

bool is_instant(const Rule& rule, const Schedule& schedule) {
  switch (schedule.anchor) {
    case Anchor::opened:
    case Anchor::ended:
    case Anchor::decided:
      return true;
    case Anchor::trigger_start:
    case Anchor::trigger_end:
      return !rule.trigger.calendar();
    case Anchor::trigger_field:
      return rule.trigger.event->kind->layout->fields[static_cast<size_t>(schedule.field)].type.base ==
             cel::Type::Base::timestamp;
    case Anchor::field:
      return rule.subject->layout->fields[static_cast<size_t>(schedule.field)].type.base ==
             cel::Type::Base::timestamp;
    case Anchor::due:
      return false;
  }
  return false;
}

/// The deadline seen from `due`, where stages anchored on it start to count.
Offset own_deadline(const Rule& rule) {
  const Schedule& due = *rule.due;
  const bool clock = std::any_of(due.steps.begin(), due.steps.end(), [](const Step& s) {
    return s.unit == Unit::minutes || s.unit == Unit::hours;
  });
  const bool instant = clock || due.time || (is_instant(rule, due) && due.steps.empty());
  return instant ? Offset{} : Offset{1, 1};
}

/// Whether `stage` may come at or after the end of the deadline.
bool may_follow_due(const Rule& rule, const Stage& stage) {
  const Schedule& due = *rule.due;
  if (stage.at.anchor == Anchor::due) return stage_offset(stage.at).most >= own_deadline(rule).least;
  const bool same_anchor = stage.at.anchor == due.anchor && stage.at.field == due.field;
  const bool later_anchor = stage.at.anchor == Anchor::trigger_end && due.anchor == Anchor::trigger_start;
  if (same_anchor || later_anchor)
    return stage_offset(stage.at).most >= deadline_offset(due, is_instant(rule, due)).least;
  // Of other anchors nothing is known: a field, a decision may lie anywhere.
  const auto anywhere = [](Anchor anchor) {
    return anchor == Anchor::field || anchor == Anchor::trigger_field || anchor == Anchor::decided;
  };
  return anywhere(stage.at.anchor) || anywhere(due.anchor);
}

void lint_deadline(const ReadRule& read, const std::vector<Stage>& stages) {
  const Rule& rule = *read.rule;
  if (!rule.due || stages.empty()) return;
  const bool open_end =
      rule.trigger.kind == Trigger::Kind::event && rule.trigger.for_.empty() && !rule.outlives;
  if (open_end && rule.due->anchor == Anchor::trigger_end) {
    read.reader.get("due").warning(
        codes::kNothingAfterDue,
        "the end of an event's span is known only when it ends, and the item with it",
        "write due: opened + 24h, or outlives: true, or give the trigger a 'for'");
    return;
  }
  if (std::any_of(stages.begin(), stages.end(), [&](const Stage& s) { return may_follow_due(rule, s); }))
    return;
  read.reader.diagnostics().warning(codes::kNothingAfterDue, read.reader.get("due").place(),
                                    "rule '" + rule.id + "' has a deadline and no stage after it",
                                    "add a stage such as at: due + 1wd 09:00, or remove due");
}

/// The latest instant that the stage may have, before the item can open; why, if so.
std::string never_fires(const Rule& rule, const Stage& stage) {
  const Offset at = offset_of(stage.at.steps);
  const bool calendar = rule.trigger.calendar();
  if (stage.at.anchor == Anchor::opened && at.most < 0) return "it lies before the item opens";
  if (stage.at.anchor == Anchor::trigger_start && at.most < 0) {
    if (!calendar) return "it lies before the span that opens the item";
    if (!rule.trigger.from)
      return "it lies before the span, and the trigger has no 'from' that opens the item earlier";
    const Schedule& from = *rule.trigger.from;
    const bool comparable = from.steps.size() == 1 && stage.at.steps.size() == 1 &&
                            from.steps[0].unit == stage.at.steps[0].unit &&
                            from.anchor == Anchor::trigger_start;
    const bool before = comparable
                            ? stage.at.steps[0].count < from.steps[0].count
                            : from.anchor == Anchor::trigger_start && at.most < offset_of(from.steps).least;
    if (before) return "it lies before '" + from.source + "', where the item opens";
  }
  if (stage.at.anchor == Anchor::trigger_end && at.least > 0 && !rule.outlives && !rule.trigger.to)
    return "the item ends with its span";
  return {};
}

void lint_never(const ReadRule& read, const std::vector<Stage>& stages) {
  Diagnostics& out = read.reader.diagnostics();
  for (size_t i = 0; i < stages.size(); ++i) {
    const Stage& stage = stages[i];
    const std::string why = never_fires(*read.rule, stage);
    if (!why.empty())
      out.warning(codes::kStageNeverFires, stage.place, "stage '" + stage.id + "' never fires: " + why,
                  "move it, or remove it");
    const auto covers = [&](const Stage& later) {
      return later.level == stage.level && !later.condition && !later.unless_acknowledged &&
             same_instant(later.at, stage.at);
    };
    const auto later = std::find_if(stages.begin() + static_cast<ptrdiff_t>(i) + 1, stages.end(), covers);
    if (later != stages.end())
      out.warning(codes::kStageNeverFires, stage.place,
                  "stage '" + stage.id +
                      "' never fires: of stages at one instant and level only the last does, '" + later->id +
                      "'",
                  "give one of them another time or level, or put both in one");
  }
}

}  // namespace

void lint_stages(const ReadRule& read) {
  for (const auto& [area, stages] : read.rule->stages) {
    lint_never(read, stages);
    lint_deadline(read, stages);
  }
}

}  // namespace duban::rule
