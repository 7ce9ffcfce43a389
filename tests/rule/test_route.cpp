#include <catch2/catch.hpp>

#include "rule/functions.hpp"
#include "rule/route.hpp"

using namespace duban;
using namespace duban::rule;

namespace {

Routes load(const std::string& yaml) {
  Diagnostics out;
  cel::Environment base;
  add_functions(base);
  const auto reader = yaml::Reader::parse("routes.yaml", yaml, out);
  Routes routes = Routes::load(reader, {"console", "log", "kafka", "duty"}, base);
  INFO(out.text());
  REQUIRE_FALSE(out.has_errors());
  return routes;
}

AlertFacts alert() {
  static const std::vector<std::string> to = {"E-1/officer", "U-2/duty"};
  static const std::vector<std::pair<std::string, std::string>> labels = {{"topic", "flood"},
                                                                          {"area", "north"}};
  AlertFacts facts;
  facts.rule = "hazard-rectification";
  facts.stage = "overdue";
  facts.kind = "hazard";
  facts.subject = "H1";
  facts.area = "341004101205";
  facts.level = Level::urge;
  facts.severity = Severity::warning;
  facts.to = &to;
  facts.labels = &labels;
  return facts;
}

using Names = std::vector<std::string>;

Names route(const std::string& yaml, const AlertFacts& facts = alert()) {
  cel::Arena arena;
  cel::Context context{arena};
  return load(yaml).way(facts, context).channels;
}

}  // namespace

TEST_CASE("the first route that matches ends the search unless it goes on") {
  CHECK(route("routes: [{ channels: [log] }, { channels: [console] }]") == Names{"log"});
  CHECK(route("routes: [{ channels: [log], continue: true }, { channels: [console, log] }]") ==
        Names{"log", "console"});
}

TEST_CASE("an alert that no route matches goes to the default, every channel if none is named") {
  CHECK(route("{ routes: [{ level: remind, channels: [log] }], default: [kafka] }") == Names{"kafka"});
  CHECK(route("routes: [{ level: remind, channels: [log] }]") == Names{"console", "log", "kafka", "duty"});
  // A route that goes on has matched all the same.
  CHECK(route("{ routes: [{ channels: [log], continue: true }], default: [kafka] }") == Names{"log"});
}

TEST_CASE("a route matches if everything it names does") {
  const auto taken = [](const std::string& keys, const AlertFacts& facts = alert()) {
    return route("{ routes: [{ " + keys + ", channels: [duty] }], default: [log] }", facts) == Names{"duty"};
  };
  CHECK(taken("level: [urge, circular]"));
  CHECK_FALSE(taken("level: [circular]"));
  CHECK(taken("severity: warning"));
  CHECK_FALSE(taken("severity: critical"));
  CHECK(taken("area: ['37', '3410']"));
  CHECK_FALSE(taken("area: ['37']"));
  CHECK(taken("to: ['*/duty']"));
  CHECK(taken("to: ['E-1/*']"));
  CHECK(taken("to: ['E*/o*r']"));
  CHECK_FALSE(taken("to: ['*/principal', 'E-1']"));
  CHECK(
      taken("when: \"alert.labels.topic == 'flood' && alert.rule.startsWith('hazard') && within(alert.area, "
            "'34')\""));
  CHECK(taken("when: \"'U-2/duty' in alert.to && !alert.proposal\""));
  CHECK_FALSE(taken("level: [urge], when: alert.proposal"));
}

TEST_CASE("a condition on what the alert does not have does not hold") {
  AlertFacts bare;
  CHECK(route("{ routes: [{ when: \"alert.unit == 'E-1'\", channels: [duty] }], default: [log] }", bare) ==
        Names{"log"});
  CHECK(route("{ routes: [{ when: \"alert.labels.none == 'x'\", channels: [duty] }], default: [log] }",
              bare) == Names{"log"});
  CHECK(route("{ routes: [{ to: ['*'], channels: [duty] }], default: [log] }", bare) == Names{"log"});
}

TEST_CASE("without a file every alert goes to every channel") {
  cel::Arena arena;
  cel::Context context{arena};
  CHECK(Routes::all({"a", "b"}).way(alert(), context).channels == Names{"a", "b"});
}

// ---- the tree, and how people are told

namespace {

/// "E-1/officer: log kafka@10m wait 60s" for each notice, in order.
Names told(const std::string& yaml, const AlertFacts& facts = alert()) {
  cel::Arena arena;
  cel::Context context{arena};
  const Routes routes = load(yaml);
  Names lines;
  for (const Way::Person& person : routes.way(facts, context).people) {
    std::string line = (*facts.to)[person.recipient] + ":";
    for (const Telling::Step& step : person.telling->steps) {
      line += " " + step.channel;
      if (step.after > Duration{0})
        line += "@" + std::to_string(step.after / Duration(std::chrono::minutes(1))) + "m";
    }
    if (person.telling->group_wait > Duration{0})
      line += " wait " + std::to_string(person.telling->group_wait.count() / 1000) + "s";
    if (person.telling->digest_at) line += " digest";
    if (person.telling->quiet) line += " quiet";
    line += " by " + std::to_string(person.telling->group_by.size());
    lines.push_back(line);
  }
  return lines;
}

}  // namespace

TEST_CASE("each recipient goes his own way through the tree") {
  CHECK(told(R"(
routes:
  - { to: ['*/duty'], notify: [duty, { channel: log, after: 10m }] }
  - { notify: console, group_wait: 1m }
)") == Names{"E-1/officer: console wait 60s by 1", "U-2/duty: duty log@10m by 1"});
  CHECK(told("routes: [{ when: \"alert.recipient.startsWith('U-')\", notify: log }]") ==
        Names{"U-2/duty: log by 1"});
}

TEST_CASE("a route has from the one above it what it does not say itself") {
  const std::string yaml = R"(
quiet: '22:00-07:00'
routes:
  - area: ['3410']
    notify: [log, duty]
    group_by: []
    routes:
      - { level: urge, to: ['*/officer'], digest_at: 08:30, continue: true }
      - { level: urge, group_wait: 30s }
      - { level: remind, notify: console }
  - { notify: kafka }
)";
  CHECK(told(yaml) == Names{"E-1/officer: log duty digest quiet by 0",
                            "E-1/officer: log duty wait 30s quiet by 0",
                            "U-2/duty: log duty wait 30s quiet by 0"});
  AlertFacts other = alert();
  other.level = Level::circular;  // none of the inner routes: the outer one speaks itself
  CHECK(told(yaml, other) == Names{"E-1/officer: log duty quiet by 0", "U-2/duty: log duty quiet by 0"});
  other.area = "37";
  CHECK(told(yaml, other) == Names{"E-1/officer: kafka quiet by 1", "U-2/duty: kafka quiet by 1"});
}

TEST_CASE("an alert for nobody still goes to the channels that take it as it is") {
  AlertFacts nobody = alert();
  nobody.to = nullptr;
  CHECK(route("routes: [{ channels: [log], notify: [duty] }]", nobody) == Names{"log"});
  CHECK(told("routes: [{ channels: [log], notify: [duty] }]", nobody).empty());
  CHECK(route("{ routes: [{ notify: [duty] }], default: [log] }", nobody) == Names{"log"});
}

TEST_CASE("a route that has nothing to say swallows nothing") {
  const std::string yaml = R"(
routes:
  - { area: ['34'], routes: [{ level: remind, channels: [kafka] }] }
  - { channels: [duty] }
)";
  CHECK(route(yaml) == Names{"duty"});
  AlertFacts reminder = alert();
  reminder.level = Level::remind;
  CHECK(route(yaml, reminder) == Names{"kafka"});
}
