// Routes: by which channels an alert leaves, and how each person hears of it (config/routes.yaml).
//
//   quiet: '22:00-07:00'                    # keys beside `routes` are the beginning for all of them
//   routes:
//     - { channels: [kafka, log], continue: true }
//     - severity: critical
//       notify: [robot, { channel: sms, after: 10m }, { channel: voice, after: 10m }]
//     - area: ['3410']
//       notify: [robot, { channel: sms, after: 2h }]
//       group_wait: 1m
//       routes:
//         - { level: remind, to: ['*/officer'], digest_at: 08:30 }
//         - { when: "alert.labels.topic == 'flood'", group_by: [] }
//   inhibit:
//     - { source: "alert.rule == 'rainstorm'", target: "alert.level == 'remind'", equal: [unit] }
//   default: [log]
//
// A tree. Among siblings the first that matches ends the search unless it says `continue: true`. A route that
// matches asks its own `routes`; if none of them matches, it speaks itself, or, having nothing to say, is
// passed over. A route has from the one above it whatever it does not say itself, but the conditions. The
// tree is walked once for each recipient (`to`, and `alert.recipient` in `when`, are about that one), once
// for nobody if there is none. The alert goes to the `channels` of every route that spoke, once each, as it
// is; each recipient is told as the `notify` of the routes that spoke for him says: by the first channel,
// then by the next if the one before rejects it or, with `after`, if nobody has acknowledged the alert so
// long. An alert for which no route spoke goes to `default`.
//
// Routes delay, merge and withhold messages; whether there is an alert, its id and its instant are the rules'
// alone. Immutable; any thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cel/program.hpp"
#include "core/yaml.hpp"
#include "rule/alert_facts.hpp"

namespace duban::rule {

/// What messages are gathered by; `recipient` stands for the person, whatever posts he holds.
enum class GroupBy { recipient, rule, stage, level, severity, unit, area, industry, subject };

/// How recipients are told.
struct Telling {
  struct Step {
    std::string channel;
    Duration after{0};  // how long the step before may stay unacknowledged; 0: only if it is rejected
  };
  std::vector<Step> steps;
  std::vector<GroupBy> group_by{GroupBy::recipient};
  Duration group_wait{0};  // how long the first of a message waits for others; critical ones do not
  std::optional<TimeOfDay> digest_at;
  std::optional<std::pair<TimeOfDay, TimeOfDay>> quiet;  // not critical ones; the end may be on the next day
};

/// Where an alert goes.
struct Way {
  std::vector<std::string> channels;  // each once, in order of first mention
  struct Person {
    size_t recipient = 0;  // position in AlertFacts::to
    const Telling* telling = nullptr;
  };
  std::vector<Person> people;
};

/// While an alert that `source` fits is current, those that `target` fits wait if `equal` is the same of
/// both.
struct Inhibition {
  std::shared_ptr<const cel::Program> source;
  std::shared_ptr<const cel::Program> target;
  std::vector<GroupBy> equal;
  std::string key;  // tells it from others, also in another version of the file
};

class Routes {
 public:
  /// `channels`: the names that settings define. Unknown ones are errors.
  static Routes load(const yaml::Reader& file, const std::vector<std::string>& channels,
                     const cel::Environment& base);
  /// Every alert to all of `channels`, as it is.
  static Routes all(std::vector<std::string> channels);

  Way way(const AlertFacts& alert, cel::Context& context) const;
  const std::vector<Inhibition>& inhibitions() const { return inhibitions_; }

  struct Route {
    std::vector<Level> levels;
    std::vector<Severity> severities;
    std::vector<std::string> areas;
    std::vector<std::string> industries;
    std::vector<std::string> recipients;  // globs over entries of `to`
    std::shared_ptr<const cel::Program> when;
    std::vector<std::string> channels;
    std::shared_ptr<const Telling> telling;  // null: nobody is told
    bool go_on = false;
    std::vector<Route> routes;
  };

 private:
  std::vector<Route> routes_;
  std::vector<std::string> default_;
  std::vector<Inhibition> inhibitions_;
};

/// The value that messages are gathered by; `person` stands for the recipient.
std::string_view group_value(GroupBy by, const AlertFacts& alert, std::string_view person);

}  // namespace duban::rule
