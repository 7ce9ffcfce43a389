// What conditions of routes, silences and inhibitions see of an alert: the variable `alert`.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cel/program.hpp"
#include "rule/level.hpp"

namespace duban::rule {

struct AlertFacts {
  std::string_view rule, stage, kind, subject, unit, area, industry;
  Level level = Level::remind;
  Severity severity = Severity::notice;
  bool proposal = false;
  const std::vector<std::string>* to = nullptr;
  const std::vector<std::pair<std::string, std::string>>* labels = nullptr;
  std::string_view recipient;  // whose way is looked for; empty: nobody's
};

/// Declares `alert`, and nothing else, at the first slot of `env`.
void declare_alert(cel::Environment& env);
/// The value of `alert`; what the alert does not have is absent. Lives as long as the facts and the arena.
cel::Value alert_value(const AlertFacts& alert, cel::Arena& arena);
/// Compiles a condition over `alert` that a person wrote: a silence's. With issues there is no program.
cel::Compiled compile_alert_condition(std::string_view source);

}  // namespace duban::rule
