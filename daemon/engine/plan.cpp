#include "engine/plan.hpp"

#include <algorithm>

namespace duban::engine {
namespace {

using rule::Anchor;
using rule::Moment;
using rule::Schedule;

std::optional<Moment> moment_of(const cel::Value& value, const Zone& zone) {
  if (value.is(cel::Kind::date)) return Moment::of(value.date(), zone);
  if (value.is(cel::Kind::timestamp)) return Moment::of(value.instant());
  return std::nullopt;
}

/// Anchors that an item's subject and span give; `due` and what follows the opening come from the item.
class ItemAnchors {
 public:
  ItemAnchors(const ledger::Entity& subject, const ledger::Item& item, const SpanDates& span,
              const Zone& zone)
      : subject_(subject), item_(item), span_(span), zone_(zone) {}

  std::optional<Moment> operator()(const Schedule& schedule) const {
    switch (schedule.anchor) {
      case Anchor::due:
        return due();
      case Anchor::opened:
        return Moment::of(item_.opened);
      case Anchor::ended:
        return item_.is_open() ? std::nullopt : std::optional(Moment::of(item_.ended));
      case Anchor::trigger_start:
        return span_.start;
      case Anchor::trigger_end:
        return span_.end;
      case Anchor::trigger_field:
        if (!span_.fields.is(cel::Kind::record)) return std::nullopt;
        return moment_of(span_.fields.fields()[schedule.field], zone_);
      case Anchor::decided:
        return decided(schedule.level);
      case Anchor::field:
        return moment_of(subject_.fields[schedule.field], zone_);
    }
    return std::nullopt;
  }

 private:
  std::optional<Moment> due() const {
    if (item_.due == kNever) return std::nullopt;
    return item_.due_date ? Moment::of(*item_.due_date, zone_) : Moment::of(item_.due);
  }
  std::optional<Moment> decided(rule::Level level) const {
    for (const ledger::Decision& decision : item_.decisions)
      if (decision.level == static_cast<uint8_t>(level)) return Moment::of(decision.at);
    return std::nullopt;
  }

  const ledger::Entity& subject_;
  const ledger::Item& item_;
  const SpanDates& span_;
  const Zone& zone_;
};

/// Only stages that mean a day avoid days off; "when it ended", "two hours after it opened" mean that
/// instant.
bool means_a_day(const Schedule& schedule, const rule::Anchors& anchors) {
  const auto by_clock = [](const rule::Step& step) {
    return step.unit == rule::Unit::minutes || step.unit == rule::Unit::hours;
  };
  const bool dated = schedule.time || !schedule.steps.empty() || anchors(schedule)->date;
  return dated && std::none_of(schedule.steps.begin(), schedule.steps.end(), by_clock);
}

/// The instant moved off a day off, as the rule's `day_off` says; nothing if the stage is skipped.
std::optional<Instant> off_day_off(Instant at, const Schedule& schedule, Instant opened, rule::DayOff how,
                                   const rule::TimeBase& base) {
  LocalTime local = base.zone.local(at);
  if (schedule.time == kEndOfDay) local = {local.date - 1, kEndOfDay};  // 24:00 is of the day that it ends
  if (how == rule::DayOff::keep || base.calendar.is_workday(local.date)) return at;
  if (how == rule::DayOff::skip) return std::nullopt;
  const Date moved = how == rule::DayOff::before ? base.calendar.workday_at_or_before(local.date)
                                                 : base.calendar.workday_at_or_after(local.date);
  const Instant result = base.zone.instant(moved, local.time);
  return result < opened ? at : result;
}

}  // namespace

std::optional<Moment> due_of(const rule::Rule& rule, const ledger::Entity& subject, Instant opened,
                             const SpanDates& span, const rule::TimeBase& base) {
  if (!rule.due) return std::nullopt;
  ledger::Item item;
  item.opened = opened;
  const std::optional<Moment> due =
      rule::resolve(*rule.due, ItemAnchors(subject, item, span, base.zone), base);
  if (!due) return std::nullopt;
  return rule::roll(*due, rule.roll, base);
}

std::vector<PlannedStage> plan(const rule::Rule& rule, const ledger::Entity& subject,
                               const ledger::Item& item, const SpanDates& span, const rule::TimeBase& base) {
  const rule::Anchors anchors = ItemAnchors(subject, item, span, base.zone);
  // Stages before this instant are reminders; only they avoid days off.
  Instant before = item.due;
  if (!rule.due) before = span.start ? span.start->at : Instant{};
  std::vector<PlannedStage> planned;
  const std::vector<rule::Stage>& stages = rule.stages_for(subject.text(subject.kind->area));
  planned.reserve(stages.size());
  for (const rule::Stage& stage : stages) {
    std::optional<Instant> at = rule::resolve_stage(stage.at, anchors, base);
    // A late event opens its item in the past; what is to be said on opening is said when it is noticed.
    if (at && stage.at.anchor == Anchor::opened && stage.at.steps.empty()) at = std::max(*at, item.noticed);
    if (at && *at < before && means_a_day(stage.at, anchors))
      at = off_day_off(*at, stage.at, item.noticed, rule.day_off, base);
    if (at && stage.measured) *at += kMeasuring;
    if (at) planned.push_back({&stage, *at, {}});
  }
  return planned;
}

}  // namespace duban::engine
