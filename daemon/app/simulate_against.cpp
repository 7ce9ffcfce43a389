#include "app/simulate_against.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "rule/level.hpp"

namespace duban::app {

void AlertDifference::add(const Said& alert, int sign) {
  const auto json = nlohmann::json::parse(alert.json);
  const auto level = rule::parse_level(json.at("level").get<std::string>());
  const Line line{alert.at,
                  fmt::format("{}{} {}/{} {} {}", json.at("proposal").get<bool>() ? "拟" : "",
                              level ? rule::chinese(*level) : "", alert.rule, alert.stage, alert.subject,
                              json.at("text").get<std::string>()),
                  alert.rule + "/" + alert.stage};
  for (const auto& person : json.at("to")) {
    auto& lines = said_[person.get<std::string>()][zone_.date(alert.at)];
    if ((lines[line] += sign) == 0) lines.erase(line);  // both say it
  }
}

bool AlertDifference::print(std::ostream& out) const {
  bool any = false;
  std::map<std::string, std::pair<int, int>> stages;  // rule and stage: no longer said, new
  for (const auto& [person, days] : said_)
    for (const auto& [day, lines] : days) {
      if (lines.empty()) continue;
      any = true;
      for (const auto& [line, count] : lines) {
        auto& [fewer, more] = stages[line.stage];
        (count < 0 ? fewer : more) += std::abs(count);
      }
      out << person << "  " << day.str() << '\n';
      for (const auto& [line, count] : lines)
        out << fmt::format("  {} {} {}\n", count < 0 ? '-' : '+', zone_.format(line.at).substr(11, 5),
                           line.text);
    }
  if (any) out << "合计(每人每条算一次)\n";
  for (const auto& [stage, changes] : stages)
    out << fmt::format("  {}  - {}  + {}\n", stage, changes.first, changes.second);
  return any;
}

std::string AlertDifference::json() const {
  nlohmann::ordered_json all = nlohmann::ordered_json::array();
  for (const auto& [person, days] : said_)
    for (const auto& [day, lines] : days)
      for (const auto& [line, count] : lines)
        all.push_back({{"to", person},
                       {"day", day.str()},
                       {"at", zone_.format(line.at)},
                       {"change", count < 0 ? "no longer said" : "new"},
                       {"alert", line.text}});
  return all.dump(2);
}

}  // namespace duban::app
