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
  return load(yaml).channels(facts, context);
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
  CHECK(Routes::all({"a", "b"}).channels(alert(), context) == Names{"a", "b"});
}
