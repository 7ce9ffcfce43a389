#include "rule/schedule.hpp"

namespace duban::rule {
namespace {

/// A schedule being walked. Days, weeks, months and workdays move the date and keep the time of day, so that
/// hours after them count from there; a date has no time of day until hours or minutes are stepped.
class Walk {
 public:
  Walk(const Moment& start, bool last_day, const TimeBase& base)
      : base_(base), last_day_(last_day), provisional_(start.provisional) {
    if (start.date) {
      date_ = *start.date;
    } else {
      stand_at(start.at);
    }
  }

  void step(const Step& step) {
    switch (step.unit) {
      case Unit::minutes:
        return move(std::chrono::minutes(step.count));
      case Unit::hours:
        return move(std::chrono::hours(step.count));
      case Unit::days:
        return go(date_ + step.count);
      case Unit::weeks:
        return go(date_ + 7 * step.count);
      case Unit::months:
        return go(date_.add_months(step.count));
      case Unit::workdays:
        const Date to = base_.calendar.add_workdays(date_, step.count);
        provisional_ = provisional_ || base_.calendar.provisional(date_, to);
        return go(to);
    }
  }

  /// The instant reached if hours or minutes were stepped, else the date.
  Moment moment() const {
    Moment m = exact_ ? Moment::of(at_) : Moment::of(date_, base_.zone);
    m.provisional = provisional_;
    return m;
  }
  Moment moment_at(TimeOfDay time) const {
    return Moment{base_.zone.instant(date_, time), std::nullopt, provisional_};
  }
  Moment day() const {
    Moment m = Moment::of(date_, base_.zone);
    m.provisional = provisional_;
    return m;
  }

 private:
  void stand_at(Instant t) {
    at_ = t;
    date_ = base_.zone.date(t);
    of_day_ = t - base_.zone.instant(date_, TimeOfDay{0});
    has_time_ = true;
  }
  void go(Date to) {
    date_ = to;
    if (has_time_) at_ = base_.zone.instant(to, TimeOfDay{0}) + of_day_;
  }
  /// Hours around a deadline or a last day count from its end, around other dates from their beginning.
  void move(Duration by) {
    if (!has_time_) at_ = last_day_ ? base_.zone.end_of(date_) : base_.zone.instant(date_, TimeOfDay{0});
    stand_at(at_ + by);
    exact_ = true;
  }

  const TimeBase& base_;
  bool last_day_;
  Date date_;
  Instant at_{};
  Duration of_day_{};
  bool has_time_ = false;
  bool exact_ = false;
  bool provisional_;
};

std::optional<Walk> walk(const Schedule& schedule, const Anchors& anchors, const TimeBase& base,
                         bool& untouched_instant) {
  const std::optional<Moment> start = anchors(schedule);
  if (!start) return {};
  const bool last_day = schedule.anchor == Anchor::due || schedule.anchor == Anchor::trigger_end;
  Walk steps(*start, last_day, base);
  for (const Step& step : schedule.steps) steps.step(step);
  untouched_instant = schedule.steps.empty() && !start->date;
  return steps;
}

}  // namespace

std::optional<Moment> resolve(const Schedule& schedule, const Anchors& anchors, const TimeBase& base) {
  bool untouched_instant = false;
  const auto end = walk(schedule, anchors, base, untouched_instant);
  if (!end) return {};
  if (schedule.time == kEndOfDay) return end->day();
  if (schedule.time) return end->moment_at(*schedule.time);
  if (untouched_instant) return anchors(schedule);
  return end->moment();
}

std::optional<Instant> resolve_stage(const Schedule& schedule, const Anchors& anchors, const TimeBase& base,
                                     bool* provisional) {
  const auto moment = resolve(schedule, anchors, base);
  if (!moment) return {};
  if (provisional != nullptr) *provisional = moment->provisional;
  if (!moment->date) return moment->at;
  return base.zone.instant(*moment->date, schedule.time.value_or(base.default_time));
}

Moment roll(Moment due, Roll how, const TimeBase& base) {
  if (how == Roll::none) return due;
  const Date from = due.date ? *due.date : base.zone.date(due.at);
  const Date to =
      how == Roll::next ? base.calendar.workday_at_or_after(from) : base.calendar.workday_at_or_before(from);
  due.provisional = due.provisional || base.calendar.provisional(from, to);
  if (due.date) {
    due = Moment{base.zone.instant(to, TimeOfDay{0}), to, due.provisional};
  } else {
    const Duration of_day = due.at - base.zone.instant(from, TimeOfDay{0});
    due.at = base.zone.instant(to, TimeOfDay{0}) + of_day;
  }
  return due;
}

Instant end_of(const Moment& due, const Zone& zone) { return due.date ? zone.end_of(*due.date) : due.at; }

}  // namespace duban::rule
