#include "rule/rule.hpp"

#include <algorithm>

namespace duban::rule {

const std::vector<Stage>& Rule::stages_for(std::string_view area) const {
  static const std::vector<Stage> none;
  for (const auto& [prefix, of_area] : stages) {
    if (area.starts_with(prefix)) return of_area;
  }
  return none;
}

const Stage* Rule::stage(std::string_view area, std::string_view stage_id) const {
  const auto& all = stages_for(area);
  const auto found = std::find_if(all.begin(), all.end(), [&](const Stage& s) { return s.id == stage_id; });
  return found == all.end() ? nullptr : &*found;
}

const Rule* RuleSet::find(std::string_view id) const {
  const auto found =
      std::lower_bound(rules.begin(), rules.end(), id,
                       [](const auto& rule, std::string_view wanted) { return rule->id < wanted; });
  return found != rules.end() && (*found)->id == id ? found->get() : nullptr;
}

}  // namespace duban::rule
