// Loads rule texts over the small catalog of tests/rule/fixture and the shipped calendars.
#pragma once

#include <memory>
#include <string>

#include "rule/configuration.hpp"
#include "support/temporary_folder.hpp"

namespace duban::test {

inline rule::Sources fixture_sources() {
  const std::string root = DUBAN_SOURCE_DIR;
  rule::Sources sources;
  sources.catalog_directory = root + "/tests/rule/fixture/catalog";
  sources.calendar_directory = root + "/config/calendar";
  sources.channels = {"console", "log"};
  sources.constants_yaml =
      "{ limit_wd: 10, reinspection: 10d, at: '08:30', rain: { hours: 24 }, word: soon }";
  return sources;
}

/// Null with findings in `out` if the rules have errors.
inline std::shared_ptr<const rule::Configuration> load_rules(const std::string& yaml, Diagnostics& out,
                                                             rule::Sources sources = fixture_sources()) {
  const TemporaryFolder folder;
  sources.rules = {folder.write("rules.yaml", yaml)};
  return rule::load(sources, out);
}

}  // namespace duban::test
