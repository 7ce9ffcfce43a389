#include "rule/trigger_reader.hpp"

#include <algorithm>

#include "rule/codes.hpp"
#include "rule/scope.hpp"

namespace duban::rule {
namespace {

const std::vector<std::string> kPeriods = {"week", "month", "2 months", "quarter", "half-year", "year"};

void read_span(Trigger& result, const yaml::Reader& trigger, const Loading& loading) {
  ScheduleScope scope;
  scope.constants = &loading.constants;
  scope.span = true;
  result.from = read_schedule(trigger.get("from"), scope);
  result.to = read_schedule(trigger.get("to"), scope);
}

void read_holiday(Trigger& result, const yaml::Reader& holiday, const Loading& loading) {
  result.name = holiday.string();
  std::vector<std::string> known = loading.calendar.holiday_ids();
  known.push_back("any");
  if (std::find(known.begin(), known.end(), result.name) == known.end())
    holiday.error(codes::kUnknownHoliday, "unknown holiday '" + result.name + "'",
                  suggest(result.name, known));
  // The notice of the next year comes in November; from December on its absence is a gap.
  if (loading.today && !loading.calendar.published((*loading.today + 31).year()))
    holiday.warning(
        codes::kNotPublished,
        "the holidays of " + std::to_string((*loading.today + 31).year()) + " are not in the calendar yet",
        "add config/calendar/" + std::to_string((*loading.today + 31).year()) + ".yaml");
}

void read_season(Trigger& result, const yaml::Reader& season, const Loading& loading) {
  result.name = season.string();
  const auto known = loading.calendar.season_ids();
  if (std::find(known.begin(), known.end(), result.name) == known.end()) {
    season.error(codes::kUnknownHoliday, "unknown season '" + result.name + "'", suggest(result.name, known));
  } else if (loading.today) {
    const auto coming = loading.calendar.seasons(*loading.today, *loading.today + 366);
    if (std::none_of(coming.begin(), coming.end(), [&](const auto& s) { return s.id == result.name; }))
      season.warning(codes::kNotPublished, "season '" + result.name + "' has no dates in the coming year",
                     "give its dates in config/calendar/seasons.yaml, unless season.declared will");
  }
}

/// Nodes are entities of the catalog's kind `node`; a trigger names one of its kinds.
void read_node(Trigger& result, const yaml::Reader& node, const Loading& loading) {
  result.name = node.string();
  const event::EntityKind* kind = loading.catalog.kind("node");
  const int field = kind != nullptr ? kind->layout->find("kind") : -1;
  if (field < 0) {
    node.error(codes::kBadTrigger, "the catalog has no kind 'node' with a field 'kind'",
               "declare it as config/catalog/calendar.yaml does");
    return;
  }
  const auto& known = kind->layout->fields[static_cast<size_t>(field)].type.values;
  if (known && std::find(known->begin(), known->end(), result.name) == known->end())
    node.error(codes::kUnknownHoliday, "unknown kind of node '" + result.name + "'",
               suggest(result.name, *known));
}

/// A threshold is a condition over the subject and its measures.
void read_threshold(Trigger& result, const yaml::Reader& trigger, const View& view, const Loading& loading) {
  View sees = view;
  sees.measures = true;
  const cel::Environment env = environment(loading, sees);
  const yaml::Reader measure = trigger.get("measure");
  const yaml::Reader clear = trigger.get("clear");
  result.measure = read_condition(measure, env);
  result.clear = read_condition(clear, env);
  result.measures = measures_called(measure.string() + " " + clear.string(), loading.measures);
  if (result.measure && measures_called(measure.string(), loading.measures).empty())
    measure.error(codes::kBadTrigger, "this threshold asks for no measure",
                  "call one, such as falls(unit.area) >= 3");
  ScheduleScope scope;
  scope.constants = &loading.constants;
  result.quiet_for = read_steps(trigger.get("quiet_for"), scope);
}

void read_event(Trigger& result, const yaml::Reader& trigger, const yaml::Reader& event,
                const Loading& loading) {
  const std::string name = event.string();
  result.event = loading.catalog.event(name);
  if (result.event == nullptr) {
    event.error(codes::kUnknownEvent, "unknown event '" + name + "'",
                suggest(name, loading.catalog.event_names()));
    (void)trigger.get("when");
    (void)trigger.get("for");
    return;
  }
  if (result.event->kind != nullptr && result.event->kind->name == "proposal") {
    event.error(codes::kBadTrigger, "proposals are known where their subject is, and no trigger",
                "write subject: proposal");
    result.event = nullptr;
    (void)trigger.get("when");
  } else if (result.event->kind == nullptr) {
    event.error(codes::kBadTrigger, "'" + name + "' is a fact without an entity and has no span",
                "name an event of an entity");
    result.event = nullptr;
    (void)trigger.get("when");
  } else {
    cel::Environment env = loading.base;
    // The slots before `trigger` are not seen here.
    for (int slot = 0; slot < kTrigger; ++slot) env.declare("", cel::Type::dyn());
    env.declare("trigger", cel::Type::of_record(event_span_type(*result.event->kind)));
    result.when = read_unmeasured(trigger.get("when"), loading, env);
  }
  ScheduleScope scope;
  scope.constants = &loading.constants;
  result.for_ = read_steps(trigger.get("for"), scope);
}

}  // namespace

Trigger read_trigger(const yaml::Reader& trigger, const View& view, const Loading& loading) {
  Trigger result;
  if (!trigger) return result;
  using Kind = Trigger::Kind;
  int kinds = 0;
  if (const auto measure = trigger.get("measure")) {
    ++kinds;
    result.kind = Kind::measure;
    read_threshold(result, trigger, view, loading);
  }
  if (const auto every = trigger.get("every")) {
    ++kinds;
    result.kind = Kind::every;
    result.period = every.one_of(kPeriods, "month");
  }
  if (const auto holiday = trigger.get("holiday")) {
    ++kinds;
    result.kind = Kind::holiday;
    read_holiday(result, holiday, loading);
  }
  if (const auto season = trigger.get("season")) {
    ++kinds;
    result.kind = Kind::season;
    read_season(result, season, loading);
  }
  if (const auto node = trigger.get("node")) {
    ++kinds;
    result.kind = Kind::node;
    read_node(result, node, loading);
  }
  if (const auto event = trigger.get("event")) {
    ++kinds;
    result.kind = Kind::event;
    read_event(result, trigger, event, loading);
  }
  if (result.calendar()) read_span(result, trigger, loading);
  if (kinds != 1 && trigger.is_map())
    trigger.error(codes::kBadTrigger, kinds == 0 ? "a trigger that names nothing" : "a trigger of two kinds",
                  "write one of every, holiday, season, node, event, measure");
  trigger.finish();
  return result;
}

const cel::RecordType* trigger_type(const Trigger& trigger) {
  if (trigger.calendar() || trigger.kind == Trigger::Kind::measure) return calendar_span_type();
  if (trigger.kind == Trigger::Kind::event && trigger.event != nullptr)
    return event_span_type(*trigger.event->kind);
  return nullptr;
}

}  // namespace duban::rule
