#include "rule/lints.hpp"

#include "rule/codes.hpp"

namespace duban::rule {
namespace {

/// Roles are looked up by the subject's area, else its unit's: with neither nobody is ever found.
void lint_recipients(const ReadRule& read) {
  const event::EntityKind& subject = *read.rule->subject;
  const bool has_unit = subject.name == "unit" || !subject.unit_fields.empty();
  if (has_unit || subject.area >= 0) return;
  for (const auto& [area, stages] : read.rule->stages) {
    for (const Stage& stage : stages) {
      for (const Recipient& to : stage.to) {
        if (to.who == Recipient::Who::role)
          read.reader.diagnostics().warning(
              codes::kNoPlace, stage.place,
              "'" + to.source + "' is never found: " + subject.name + " has neither an area nor a unit",
              "name a unit with unit:ID or field:PATH, or give the kind an area");
      }
    }
  }
}

}  // namespace

void lint(const std::vector<ReadRule>& rules, const Loading&) {
  for (const ReadRule& read : rules) {
    lint_stages(read);
    lint_conditions(read);
    lint_recipients(read);
  }
  lint_duplicates(rules);
}

}  // namespace duban::rule
