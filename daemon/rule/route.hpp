// Routes: which channels an alert leaves by (config/routes.yaml).
//
//   routes:
//     - { when: "alert.severity == 'critical'", channels: [duty-webhook, file], continue: true }
//     - { level: [interview, listing], area: ['3410'], to: ['*/office'], channels: [kafka] }
//     - { channels: [console] }
//
// Entries are tried in order; the first that matches ends the search unless it says `continue: true`. An
// alert that no entry matches goes to every channel named in `default`. Immutable; any thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cel/program.hpp"
#include "core/yaml.hpp"
#include "rule/level.hpp"

namespace duban::rule {

/// What a route sees of an alert.
struct AlertFacts {
  std::string_view rule, stage, kind, subject, unit, area, industry;
  Level level = Level::remind;
  Severity severity = Severity::notice;
  bool proposal = false;
  const std::vector<std::string>* to = nullptr;
  const std::vector<std::pair<std::string, std::string>>* labels = nullptr;
};

class Routes {
 public:
  /// `channels`: the names that settings define. Unknown ones are errors.
  static Routes load(const yaml::Reader& file, const std::vector<std::string>& channels,
                     const cel::Environment& base);
  /// Every alert to all of `channels`.
  static Routes all(std::vector<std::string> channels);

  /// Names of channels, each once, in order of first mention.
  std::vector<std::string> channels(const AlertFacts& alert, cel::Context& context) const;

 private:
  struct Entry {
    std::vector<Level> levels;
    std::vector<Severity> severities;
    std::vector<std::string> areas;
    std::vector<std::string> recipients;  // globs over entries of `to`
    std::shared_ptr<const cel::Program> when;
    std::vector<std::string> channels;
    bool go_on = false;
  };
  std::vector<Entry> entries_;
  std::vector<std::string> default_;
};

}  // namespace duban::rule
