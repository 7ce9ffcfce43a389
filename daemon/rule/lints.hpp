// What is legal and surely a mistake: warnings W001 and on. Private to rule/.
#pragma once

#include <vector>

#include "rule/reading.hpp"

namespace duban::rule {

/// A rule and where it stands in its file.
struct ReadRule {
  const Rule* rule;
  yaml::Reader reader;
};

/// Looks at rules without errors, in order of id.
void lint(const std::vector<ReadRule>& rules, const Loading& loading);

/// stage_lints.cpp: stages that can never fire, deadlines that nobody hears of when they have passed.
void lint_stages(const ReadRule& read);
/// condition_lints.cpp: conditions that contradict themselves, triggers that nothing narrows.
void lint_conditions(const ReadRule& read);
/// duplicate_lints.cpp: two rules that tell the same people the same thing at the same instant.
void lint_duplicates(const std::vector<ReadRule>& rules);

}  // namespace duban::rule
