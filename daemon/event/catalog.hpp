// The domain as data: entity kinds with fields, states and events, read from config/catalog/*.yaml (rules.md,
// "Catalog"). The engine knows no hazard by name; it interprets these declarations.
//
// Immutable after loading; any thread. Pointers into a Catalog live as long as it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "cel/program.hpp"
#include "core/diagnostic.hpp"
#include "core/time.hpp"
#include "event/yaml_files.hpp"

namespace duban::event {

using Expression = std::shared_ptr<const cel::Program>;

struct State {
  std::string name;
  bool open = false;
};

/// Every entity's record begins with these fields; the declared ones follow.
enum EntityField : int { kKeyField = 0, kStateField = 1, kOpenField = 2, kFirstDeclaredField = 3 };

struct EventType;

struct EntityKind {
  std::string name;   // "hazard", the variable's name in rules
  std::string title;  // 隐患
  int index = 0;      // position in Catalog::kinds()
  std::string key;    // "hazard_id", the name of field 0
  const cel::RecordType* layout = nullptr;
  std::vector<int> unit_fields;  // the unit it belongs to is the first of these that is set
  // Positions of the fields with a meaning for the engine, -1 if the kind has none.
  int area = -1;
  int industry = -1;
  int title_field = -1;
  int supersedes = -1;
  int grade = -1;
  int expires = -1;
  std::vector<State> states;  // open ones first
  /// States that the engine enters by itself: when `expires` has passed, when a successor arrives.
  std::string expired_state;
  std::string superseded_state;
  std::vector<const EventType*> events;

  bool is_open(std::string_view state) const;
  bool has_state(std::string_view state) const;
};

/// What an event without a legal transition does.
enum class Missing { park, reject };    // its predecessor may still come / it is refused at once
enum class Gap { apply, dead_letter };  // when the parking time is over
/// What an event does besides, or instead of, moving an entity.
enum class Effect { none, acknowledge, decide, fulfil, waive };

/// The `event` record begins with the CloudEvents attributes, called ce_id, ce_source, ce_type and ce_time
/// (data fields may be called `type` or `time`); the declared data fields follow, and last a map of all
/// others, named kOtherFields.
enum EventField : int { kCeId = 0, kCeSource = 1, kCeType = 2, kCeTime = 3, kFirstDataField = 4 };
inline constexpr char kOtherFields[] = "*";

struct EventType {
  std::string name;                         // "hazard.ordered"
  const EntityKind* kind = nullptr;         // null: a fact without an entity (evidence)
  int index = 0;                            // position in Catalog::events()
  const cel::RecordType* layout = nullptr;  // open: undeclared data fields pass through
  int key_field = -1;                       // the event's field that names the entity
  std::vector<int> required;                // positions in layout
  std::vector<int> areas;                   // positions of fields declared `area` or [area]: 2 to 12 digits
  std::vector<std::pair<int, int>> copies;  // event field → entity field of the same name
  Expression creates;                       // state of a new entity; null if it may not create one
  std::vector<std::string> from;            // states it is legal in
  bool from_any_open = false;
  Expression to;  // the new state; null: it stays
  struct Set {
    int field;
    Expression value;
  };
  std::vector<Set> sets;  // applied after the copies, in order
  struct Refuse {
    Expression when;
    std::string reason;
  };
  std::vector<Refuse> refuses;  // legal by state, refused all the same
  Missing missing = Missing::park;
  Gap gap = Gap::dead_letter;
  Duration park_for{std::chrono::hours(1)};
  Effect effect = Effect::none;
  /// The event also records what a person decided about an entity of another kind: a listing's about its
  /// hazard.
  struct Decides {
    std::string level;  // of escalation
    std::string kind;
    int field = -1;  // of the event: the entity's key
  };
  std::optional<Decides> decides;

  bool legal_in(std::string_view state) const;  // of an existing entity
};

/// Slots of the variables in a catalog's expressions: the entity by its kind's name, and `event`.
enum CatalogSlot : int { kEntitySlot = 0, kEventSlot = 1, kCatalogSlots = 2 };

class Catalog {
 public:
  /// Reads every *.yaml of `directory`, in order of name. `base` has the host's functions and constants.
  /// On errors the result is null and `out` says why.
  static std::shared_ptr<const Catalog> load(const std::string& directory, const cel::Environment& base,
                                             Diagnostics& out);

  /// The same from texts already read.
  static std::shared_ptr<const Catalog> load(const std::vector<TextFile>& files, const cel::Environment& base,
                                             Diagnostics& out);

  const std::vector<std::unique_ptr<EntityKind>>& kinds() const { return kinds_; }
  const std::vector<std::unique_ptr<EventType>>& events() const { return events_; }
  const EntityKind* kind(std::string_view name) const;
  const EventType* event(std::string_view type) const;
  /// The named lists (`enum: industry`), for diagnostics and unknown-value warnings.
  const std::vector<std::string>* list(std::string_view name) const;
  std::vector<std::string> kind_names() const;
  std::vector<std::string> event_names() const;

 private:
  friend class CatalogReader;
  std::vector<std::unique_ptr<EntityKind>> kinds_;
  std::vector<std::unique_ptr<EventType>> events_;
  std::unordered_map<std::string, std::vector<std::string>> lists_;
  std::unordered_map<std::string_view, const EntityKind*> kind_by_name_;
  std::unordered_map<std::string_view, const EventType*> event_by_name_;
};

}  // namespace duban::event
