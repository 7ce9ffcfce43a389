#include "plan.hpp"

#include <sstream>
#include <stdexcept>

namespace duban::sim {

std::string to_text(const Plan& plan) {
  std::string text = plan.world.dump() + '\n';
  for (const Step& step : plan.steps)
    text += Json{{"at", step.at}, {"act", step.act}, {"with", step.with}}.dump() + '\n';
  return text;
}

Plan plan_of(const std::string& text) {
  std::istringstream lines(text);
  std::string line;
  Plan plan;
  while (std::getline(lines, line)) {
    if (line.empty() || line.starts_with('#')) continue;
    Json json = Json::parse(line);
    if (plan.world.is_null()) {
      plan.world = std::move(json);
      continue;
    }
    plan.steps.push_back({json.at("at").get<int64_t>(), json.at("act").get<std::string>(), json.at("with")});
  }
  if (!plan.world.is_object()) throw std::runtime_error("the scene has no first line that says its world");
  return plan;
}

}  // namespace duban::sim
