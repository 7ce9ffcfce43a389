// Units that a file lists (the settings' directory, `units` of a rule test), as party.upserted events.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/yaml.hpp"
#include "rule/configuration.hpp"

namespace duban::app {

struct UnitEntry {
  std::string id;
  std::string data;  // of the event, JSON; `unit_id` is called party_id there
  yaml::Reader place;
};

/// Entries without an id, and ids that stand there twice, are errors.
std::vector<UnitEntry> read_units(const yaml::Reader& list);

/// A structured-mode event in the short form (its time is the record's), its id UNIT/VERSION.
std::string unit_event(const UnitEntry& unit, std::string_view source, std::string_view version);

/// Reports what the catalog refuses or warns of, at the entry's place.
void check_units(const std::vector<UnitEntry>& units, const rule::Configuration& configuration);

}  // namespace duban::app
