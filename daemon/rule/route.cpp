#include "rule/route.hpp"

#include <algorithm>

#include "rule/functions.hpp"
#include "rule/glob.hpp"

namespace duban::rule {
namespace {

template <typename T, typename V>
bool among(const std::vector<T>& wanted, const V& value) {
  return wanted.empty() || std::find(wanted.begin(), wanted.end(), value) != wanted.end();
}

template <typename Test>
bool any_or_none(const std::vector<std::string>& wanted, Test test) {
  return wanted.empty() || std::any_of(wanted.begin(), wanted.end(), test);
}

/// One walk through the tree, for one recipient or for nobody.
class Walk {
 public:
  Walk(const AlertFacts& alert, cel::Context& context) : alert_(alert), context_(context) {}

  /// True if a route spoke.
  bool among(const std::vector<Routes::Route>& routes) {
    bool spoke = false;
    for (const Routes::Route& route : routes) {
      if (!matches(route)) continue;
      const bool inner = among(route.routes);
      if (!inner && !leads_somewhere(route)) continue;
      if (!inner) speakers.push_back(&route);
      spoke = true;
      if (!route.go_on) break;
    }
    return spoke;
  }

  std::vector<const Routes::Route*> speakers;

 private:
  bool leads_somewhere(const Routes::Route& route) const {
    return !route.channels.empty() || (route.telling && !alert_.recipient.empty());
  }
  bool matches(const Routes::Route& route) {
    const std::string_view who = alert_.recipient;
    if (!rule::among(route.levels, alert_.level) || !rule::among(route.severities, alert_.severity) ||
        !rule::among(route.industries, alert_.industry) ||
        !any_or_none(route.areas, [&](const auto& area) { return within(alert_.area, area); }) ||
        !any_or_none(route.recipients,
                     [&](const auto& glob) { return !who.empty() && matches_glob(glob, who); }))
      return false;
    if (!route.when) return true;
    context_.budget = limits::kCelSteps;
    const cel::Value variables[] = {alert_value(alert_, context_.arena)};
    return route.when->evaluate(variables, context_).is_true();
  }

  const AlertFacts& alert_;
  cel::Context& context_;
};

void add(std::vector<std::string>& chosen, const std::vector<std::string>& names) {
  for (const std::string& name : names)
    if (std::find(chosen.begin(), chosen.end(), name) == chosen.end()) chosen.push_back(name);
}

}  // namespace

Routes Routes::all(std::vector<std::string> channels) {
  Routes routes;
  routes.default_ = std::move(channels);
  return routes;
}

Way Routes::way(const AlertFacts& alert, cel::Context& context) const {
  Way way;
  bool spoke = false;
  const size_t recipients = alert.to == nullptr ? 0 : alert.to->size();
  for (size_t i = 0; i < std::max<size_t>(recipients, 1); ++i) {
    AlertFacts facts = alert;
    facts.recipient = i < recipients ? std::string_view((*alert.to)[i]) : std::string_view{};
    Walk walk(facts, context);
    spoke |= walk.among(routes_);
    for (const Route* route : walk.speakers) {
      add(way.channels, route->channels);
      if (route->telling && i < recipients) way.people.push_back({i, route->telling.get()});
    }
  }
  if (!spoke) add(way.channels, default_);
  return way;
}

std::string_view group_value(GroupBy by, const AlertFacts& alert, std::string_view person) {
  switch (by) {
    case GroupBy::recipient:
      return person;
    case GroupBy::rule:
      return alert.rule;
    case GroupBy::stage:
      return alert.stage;
    case GroupBy::level:
      return name(alert.level);
    case GroupBy::severity:
      return name(alert.severity);
    case GroupBy::unit:
      return alert.unit;
    case GroupBy::area:
      return alert.area;
    case GroupBy::industry:
      return alert.industry;
    case GroupBy::subject:
      return alert.subject;
  }
  return {};
}

}  // namespace duban::rule
