// Who holds which role where: the authorities' units in memory, for looking up recipients.
//
// Enterprises and persons stay on disk (they are looked up by id through the ledger); offices, towns and
// departments are few. Rebuilt at start-up from the ledger, kept up to date by unit events. One per engine.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/rows.hpp"

namespace duban::engine {

/// The fields of the kind `unit` that roles are resolved by; their positions in its layout.
struct UnitFields {
  explicit UnitFields(const event::EntityKind& unit);
  int kind, name, area, industries, posts;
};

struct UnitCard {
  std::string id;
  std::string kind;  // enterprise, village, town, zone, department, office, …
  std::string name;
  std::string area;
  std::vector<std::string> industries;
  std::set<std::string> posts;  // empty: every post is filled
  bool holds(std::string_view post) const { return posts.empty() || posts.contains(std::string(post)); }
};

/// The card of a unit's row.
UnitCard card_of(const ledger::Entity& unit, const UnitFields& fields);

class Directory {
 public:
  /// Adds or replaces an open unit that can fill a role; removes one that is closed.
  void update(const UnitCard& card, bool open);
  void clear() { by_kind_.clear(); }

  /// The unit that fills `role` for a place and an industry: of units of that kind whose area is the place or
  /// an ancestor, the nearest; `level` (town, district, city, province) fixes whose. `name` restricts
  /// committees to one of that name. Null if nobody does.
  const UnitCard* find(std::string_view role, std::string_view name, std::string_view level,
                       std::string_view area, std::string_view industry) const;
  const UnitCard* nearest_office(std::string_view area) const { return find("office", "", "", area, ""); }

 private:
  std::map<std::string, std::map<std::string, UnitCard>, std::less<>> by_kind_;  // kind → id → card
};

/// Whether units of this kind fill roles for others (all but enterprises and persons).
bool is_authority(std::string_view unit_kind);

}  // namespace duban::engine
