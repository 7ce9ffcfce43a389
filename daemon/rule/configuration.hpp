// Everything that decides what is said: catalog, calendars, rules, routes, constants; one immutable version.
//
// Loaded as a whole, checked as a whole, swapped as a whole (architecture.md, invariant 8). Any thread.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "calendar/calendar.hpp"
#include "event/catalog.hpp"
#include "rule/functions.hpp"
#include "rule/route.hpp"
#include "rule/rule.hpp"

namespace duban::rule {

/// Where the parts come from; paths as given in the settings, resolved against the settings' folder.
struct Sources {
  std::string catalog_directory;
  std::string calendar_directory;
  std::vector<std::string> rules;     // files, or directories whose *.yaml are read in order of name
  std::string routes_file;            // empty: every alert to every channel
  std::vector<std::string> channels;  // names defined in the settings
  std::string zone = "Asia/Shanghai";
  TimeOfDay default_time{9 * 3600};
  std::string constants_yaml;  // a YAML map, as text; `const.NAME`, `$NAME`
  std::map<std::string, std::vector<std::string>>
      automatic;  // level → areas where it needs no person's decision
  /// The day of the check: what the calendar does not know of the coming year is warned of. None: nothing is.
  std::optional<Date> today;
};

struct Configuration {
  Zone zone = Zone::shanghai();
  TimeOfDay default_time{9 * 3600};
  std::shared_ptr<const calendar::Calendar> calendar;
  std::shared_ptr<const event::Catalog> catalog;
  RuleSet rules;
  Routes routes;
  std::map<Level, std::vector<std::string>> automatic;
  /// Hash of all texts: 32 hexadecimal digits.
  std::string version;
  /// (name, text) of everything it was made of, for the ledger, for explain and for restore(): rule files
  /// under their paths, the other parts under names that begin with their kind.
  std::vector<std::pair<std::string, std::string>> texts;

  TimeBase time_base() const { return TimeBase{*calendar, zone, default_time}; }
  /// Kinds that some rule's trigger watches, and `unit`: kept in every shard (invariant 6).
  bool replicated(const event::EntityKind& kind) const;
  /// Whether this level is an official act that a person decides, for a subject in `area`.
  bool is_proposal(Level level, std::string_view area) const;
};

/// A version as the ledger keeps it: its hash and its texts.
using Texts = std::vector<std::pair<std::string, std::string>>;
std::shared_ptr<const Configuration> restore(const std::string& version, const Texts& texts,
                                             Diagnostics& out);

/// Loads and checks all; null if there were errors. Warnings (lints) do not prevent it.
std::shared_ptr<const Configuration> load(const Sources& sources, Diagnostics& out);

}  // namespace duban::rule
