// A compiled rule: one form for everything (rules.md, "Rules: one form").
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/diagnostic.hpp"
#include "event/catalog.hpp"
#include "rule/level.hpp"
#include "rule/measure.hpp"
#include "rule/schedule.hpp"
#include "rule/scope.hpp"
#include "rule/template.hpp"

namespace duban::rule {

using event::Expression;

/// One entry of `to`: who is told, looked up at the instant of firing.
struct Recipient {
  enum class Who { role, field, unit_id, event_by, told };
  Who who = Who::role;
  std::string role;   // unit, village, town, zone, department, office, committee, government,
                      // special_committee, headquarters
  std::string name;   // NAME of special_committee:NAME, ID of unit:ID
  int field = -1;     // of field:PATH, a field of the subject
  std::string level;  // "", town, district, city, province
  std::string post = "principal";
  std::string source;
};

struct Stage {
  std::string id;
  Schedule at;
  Level level = Level::remind;
  Severity severity = Severity::notice;
  std::vector<Recipient> to;
  Expression condition;           // `if`; null: always
  std::optional<Duration> every;  // repeat
  int every_workdays = 0;         // repeat on workdays, so many apart
  std::optional<int> times;       // so often in all; without it until the item ends
  bool unless_acknowledged = false;
  std::string unless_stage;         // empty: the latest alert
  std::string unless_by;            // a role; empty: anybody
  std::string title;                // default: the level's Chinese name
  std::optional<Template> message;  // else the rule's
  bool measured = false;            // it asks for measures: it comes after all else of its instant
  int line = 0;  // in the rule's file; the rule's own where the stage comes from a ladder in another file
  Place place;   // where it is written
};

struct Trigger {
  enum class Kind { none, every, holiday, season, node, event, measure };
  Kind kind = Kind::none;
  std::string period;  // of `every`: week, month, 2 months, quarter, half-year, year
  std::string name;    // of holiday (or "any") and season, a node's kind
  std::optional<Schedule>
      from;  // widen when the item lives: `start - 10wd`, `end`; anchors trigger_start/end
  std::optional<Schedule> to;
  const event::EventType* event = nullptr;
  Expression when;              // over `trigger`
  std::vector<Step> for_;       // `for: 10wd`; empty: the entity's open life
  Expression measure, clear;    // a threshold over the subject; null `clear`: measure holds no more
  std::vector<Step> quiet_for;  // after an opening it opens no other for so long
  std::vector<int> measures;    // that these ask for
  bool calendar() const {
    return kind == Kind::every || kind == Kind::holiday || kind == Kind::season || kind == Kind::node;
  }
};

/// Evidence that fulfils an item.
struct DoneBy {
  const event::EventType* event = nullptr;
  Expression only;                                        // else the event is of no concern; null: always
  Expression when;                                        // whole; null: always
  std::vector<std::pair<std::string, Expression>> terms;  // its && operands with their text, for near misses
  /// The equality that is the index: event field == subject field (subject.second) or the unit's key.
  enum class Index { none, subject_key, subject_unit };
  Index index = Index::none;
  int event_field = -1;  // whose value is looked up
  int index_term = -1;   // position of the equality in `terms`
  int count = 1;
  bool for_all = false;
};

enum class Missed { latest, all, none };

struct Rule {
  std::string id;
  std::string title;
  std::vector<std::string> basis;
  std::string file;
  int line = 0;
  int index = 0;  // position in RuleSet::rules
  const event::EntityKind* subject = nullptr;
  Trigger trigger;
  Expression when;  // null: true
  std::optional<Schedule> due;
  Roll roll = Roll::none;
  DayOff day_off = DayOff::before;
  Expression until;  // null: the subject is no longer open
  std::optional<DoneBy> done_by;
  bool outlives = false;
  bool merge_overlaps = false;
  Missed missed = Missed::latest;
  int reopen_level = 0;
  std::string inherits_level_from;
  std::map<std::string, std::string> labels;
  std::optional<Template> message;
  /// Stages by area prefix ("" for all), longest match first.
  std::vector<std::pair<std::string, std::vector<Stage>>> stages;
  /// Fields of the subject that `when`, `until`, `due` and stage anchors read: a bit per field (63: any
  /// beyond).
  uint64_t reads = 0;
  bool when_reads_unit = false;  // `when` or `until` reads the subject's unit

  const std::vector<Stage>& stages_for(std::string_view area) const;
  const Stage* stage(std::string_view area, std::string_view stage_id) const;
};

struct RuleSet {
  std::vector<std::unique_ptr<Rule>> rules;  // in order of id
  const Rule* find(std::string_view id) const;
  std::vector<Measure> measures;
  /// Rules by subject kind (index in the catalog), by trigger event and by evidence event (index in the
  /// catalog).
  std::vector<std::vector<const Rule*>> by_subject;
  std::vector<std::vector<const Rule*>> by_trigger;
  std::vector<std::vector<const Rule*>> by_evidence;
  /// Rules whose threshold asks for a measure, by its index.
  std::vector<std::vector<const Rule*>> by_measure;
  /// Counted measures by subject kind.
  std::vector<std::vector<const Measure*>> measures_of;
  /// By subject kind: whether every shard keeps its entities, because rules look at them beside a subject.
  std::vector<bool> watched;
};

}  // namespace duban::rule
