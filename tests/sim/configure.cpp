#include "configure.hpp"

#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>

#include "core/hash.hpp"
#include "engine/engine_scene.hpp"
#include "engine/random_events.hpp"

namespace duban::sim {
namespace {

std::string read(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error("cannot read " + path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

/// The years that worlds lie in; reading all twenty takes longer than a simulated month.
const std::string& calendar_text() {
  static const std::string text = [] {
    Diagnostics findings;
    const auto all = calendar::Calendar::load(DUBAN_SOURCE_DIR "/config/calendar", findings);
    std::istringstream in(all->text());
    std::string kept;
    std::string head;
    while (std::getline(in, head)) {  // "#file NAME BYTES"
      const size_t name = head.find(' ') + 1;
      const size_t size = head.rfind(' ') + 1;
      std::string body(std::stoul(head.substr(size)), '\0');
      in.read(body.data(), static_cast<std::streamsize>(body.size()));
      in.get();  // the line's end behind it
      if (head[name] == '2' && head.substr(name, 4) != "2022" && head.substr(name, 4) != "2023" &&
          head.substr(name, 4) != "2024")
        continue;
      kept += head + '\n' + body + '\n';
    }
    return kept;
  }();
  return text;
}

std::string list(const Json& names) {
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "" : ", ") + name.get<std::string>();
  return "[" + text + "]";
}

std::string steps(const Json& of) {
  const int n = of.value("n", 0);
  if (n == 0 && of.value("unit", "").empty()) return {};
  return std::string(n < 0 ? " - " : " + ") + std::to_string(std::abs(n)) + of.at("unit").get<std::string>();
}

std::string stage_text(const Json& stage) {
  std::string text = "      - { id: " + stage.at("id").get<std::string>() +
                     ", at: " + stage.at("anchor").get<std::string>() + steps(stage);
  if (stage.contains("time")) text += " " + stage["time"].get<std::string>();
  text += ", level: " + stage.at("level").get<std::string>() + ", to: " + list(stage.at("to"));
  if (stage.contains("every")) text += ", every: " + std::to_string(stage["every"].get<int>()) + "h";
  if (stage.contains("times")) text += ", times: " + std::to_string(stage["times"].get<int>());
  if (stage.contains("severity")) text += ", severity: " + stage["severity"].get<std::string>();
  return text + " }\n";
}

std::string rule_text(const Json& rule) {
  const std::string form = rule.at("form");
  std::string text = "  - id: " + rule.at("id").get<std::string>() +
                     "\n    title: 模拟\n    missed: " + rule.value("missed", "all") + "\n";
  const Json& due = rule.at("due");
  if (form == "task") {
    const bool of_field = due.at("anchor") == "due";
    text += "    subject: task\n    when: " + std::string(of_field ? "has(task.due) && " : "") +
            "task.sort == '" + rule.at("sort").get<std::string>() + "'\n";
    text += "    due: " + std::string(of_field ? "task.due" : "opened") + steps(due) + "\n";
  } else if (form == "alarm") {
    text += "    subject: unit\n    trigger: { event: alarm.raised, when: \"trigger.colour == '" +
            rule.at("colour").get<std::string>() + "'\" }\n    when: unit.kind == '" +
            rule.at("kind").get<std::string>() + "' && within(unit.area, trigger.areas)\n    due: opened" +
            steps(due) + "\n";
  } else if (form == "period") {
    text += "    subject: unit\n    trigger: { every: " + rule.at("every").get<std::string>() +
            " }\n    when: unit.kind == '" + rule.at("kind").get<std::string>() + "'\n    due: trigger.end" +
            steps(due) + "\n";
  } else {
    throw std::runtime_error("no rule has the form " + form);
  }
  if (form != "task")
    text += "    done_by: { event: check.done, when: \"event.unit == unit.unit_id && event.led\", count: " +
            std::to_string(rule.value("count", 1)) + " }\n";
  if (rule.contains("roll")) text += "    roll: " + rule["roll"].get<std::string>() + "\n";
  if (rule.contains("day_off")) text += "    day_off: " + rule["day_off"].get<std::string>() + "\n";
  text += "    stages:\n";
  for (const Json& stage : rule.at("stages")) text += stage_text(stage);
  return text;
}

std::shared_ptr<const rule::Configuration> build(const std::string& rules, const std::string& routes) {
  static const std::string catalog = read(DUBAN_SOURCE_DIR "/tests/sim/catalog/sim.yaml");
  rule::Texts texts{
      {"settings",
       R"({"zone":"Asia/Shanghai","default_time":32400,"automatic":{},"channels":["out","robot","sms"]})"},
      {"calendar", calendar_text()},
      {"constants", "{}"},
      {"catalog:sim.yaml", catalog},
      {"rules.yaml", rules},
      {"routes:routes.yaml", routes}};
  Diagnostics findings;
  auto made = rule::restore(hash128(rules + routes).hex(), texts, findings);
  if (!made) throw std::runtime_error(findings.text());
  return made;
}

}  // namespace

std::string rules_text(const Json& rules) {
  std::string text = "rules:\n";
  for (const Json& rule : rules) text += rule_text(rule);
  return text;
}

std::shared_ptr<const rule::Configuration> configuration_of(const Json& world, const Json& rules) {
  static std::map<std::string, std::shared_ptr<const rule::Configuration>> made;
  const bool wild = world.value("kind", "tasks") == "wild";
  const std::string text = wild ? test::kRandomRules : rules_text(rules);
  const std::string routes = world.at("routes");
  if (made.size() > 200) made.clear();
  auto& configuration = made[text + '\0' + routes];
  if (!configuration)
    configuration = wild ? test::with_routes(text, routes, {"out", "robot", "sms"}) : build(text, routes);
  return configuration;
}

const calendar::Calendar& the_calendar() {
  static Diagnostics findings;
  static const auto calendar = calendar::Calendar::from_text(calendar_text(), findings);
  return *calendar;
}

}  // namespace duban::sim
