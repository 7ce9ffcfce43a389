// Reading a rule's stages: its ladder's, its own, and its overrides. Private to rule/.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "rule/reading.hpp"

namespace duban::rule {

/// The `ladders:` of all files. Their stages are compiled once for each rule that names them, because what
/// an expression or an anchor means depends on the rule's subject.
class Ladders {
 public:
  void read(const yaml::Reader& file);
  /// The stages under `name`; reports an unknown one at `where`.
  const std::vector<yaml::Reader>* find(const yaml::Reader& where);
  void warn_unused() const;

 private:
  struct Ladder {
    yaml::Reader reader;
    std::vector<yaml::Reader> stages;
    bool used = false;
  };
  std::map<std::string, Ladder> ladders_;
};

/// What stages need to know of their rule.
struct StageScope {
  const Loading& loading;
  const event::EntityKind& subject;
  const cel::Environment& env;
  Place rule;  // where the rule stands
  ScheduleScope schedule;
};

/// By area prefix, longest first ("" for all): the rule's `ladder`, with its `stages` as overrides and
/// additions.
std::vector<std::pair<std::string, std::vector<Stage>>> read_stages(const yaml::Reader& rule,
                                                                    const StageScope& scope,
                                                                    Ladders& ladders);

}  // namespace duban::rule
