// Reading config/routes.yaml; what a route inherits stands in route.hpp.
#include <algorithm>

#include "rule/codes.hpp"
#include "rule/reading.hpp"
#include "rule/route.hpp"

namespace duban::rule {
namespace {

const std::vector<std::string>& group_names() {
  static const std::vector<std::string> names{"recipient", "rule", "stage",    "level",  "severity",
                                              "unit",      "area", "industry", "subject"};
  return names;
}

std::vector<GroupBy> read_groups(const yaml::Reader& list) {
  std::vector<GroupBy> groups;
  const auto& names = group_names();
  for (const yaml::Reader& item : list.items_or_one()) {
    const auto found = std::find(names.begin(), names.end(), item.one_of(names));
    if (found != names.end()) groups.push_back(static_cast<GroupBy>(found - names.begin()));
  }
  return groups;
}

template <typename Enum>
std::vector<Enum> read_names(const yaml::Reader& list, const std::vector<std::string>& names,
                             std::optional<Enum> (*parse)(std::string_view)) {
  std::vector<Enum> read;
  for (const yaml::Reader& item : list.items_or_one()) {
    if (const auto value = parse(item.one_of(names))) read.push_back(*value);
  }
  return read;
}

/// "22:00-07:00".
std::optional<std::pair<TimeOfDay, TimeOfDay>> read_quiet(const yaml::Reader& scalar) {
  const std::string text = scalar.string();
  const size_t dash = text.find('-');
  const auto from = TimeOfDay::parse(text.substr(0, dash));
  const auto to = dash == std::string::npos ? std::nullopt : TimeOfDay::parse(text.substr(dash + 1));
  if (from && to && *from != *to) return std::pair(*from, *to);
  scalar.error(codes::kBadQuiet, "'" + text + "' are no quiet hours",
               "write a beginning and an end that differ, like '22:00-07:00'");
  return std::nullopt;
}

/// What a route has from the one above it.
struct Inherited {
  std::vector<std::string> channels;
  Telling telling;
};

class RouteReader {
 public:
  RouteReader(const std::vector<std::string>& channels, const cel::Environment& env)
      : known_(channels), env_(env) {}

  std::vector<std::string> channels(const yaml::Reader& list) const {
    std::vector<std::string> read;
    for (const yaml::Reader& item : list.items_or_one()) read.push_back(channel(item));
    return read;
  }

  /// Reads what is inherited over what the route above has.
  void read(const yaml::Reader& route, Inherited& from) const {
    if (const auto list = route.get("channels")) from.channels = channels(list);
    Telling& telling = from.telling;
    if (const auto list = route.get("notify")) telling.steps = steps(list);
    if (const auto list = route.get("group_by")) telling.group_by = read_groups(list);
    if (const auto wait = route.get("group_wait")) telling.group_wait = positive(wait);
    if (const auto time = route.get("digest_at")) telling.digest_at = time.time_of_day();
    if (const auto quiet = route.get("quiet")) telling.quiet = read_quiet(quiet);
  }

  std::vector<Routes::Route> routes(const yaml::Reader& list, const Inherited& above) const {
    std::vector<Routes::Route> read;
    for (const yaml::Reader& item : list.items()) read.push_back(route(item, above));
    return read;
  }

  std::vector<Inhibition> inhibitions(const yaml::Reader& list) const {
    std::vector<Inhibition> read;
    for (const yaml::Reader& item : list.items()) {
      Inhibition one;
      one.source = read_condition(item.required("source"), env_);
      one.target = read_condition(item.required("target"), env_);
      one.equal = read_groups(item.get("equal"));
      for (const GroupBy by : one.equal) one.key += group_names()[static_cast<size_t>(by)] + ' ';
      if (one.source && one.target) one.key += one.source->source() + '\0' + one.target->source();
      if (std::find(one.equal.begin(), one.equal.end(), GroupBy::recipient) != one.equal.end())
        item.get("equal").error(
            codes::kBadInhibition, "'recipient' is nothing of an alert",
            "an alert inhibits another one for all its recipients; name unit, area, subject");
      item.finish();
      if (one.source && one.target) read.push_back(std::move(one));
    }
    return read;
  }

 private:
  std::string channel(const yaml::Reader& scalar) const {
    std::string name = scalar.string();
    if (std::find(known_.begin(), known_.end(), name) == known_.end())
      scalar.error(codes::kUnknownChannel, "unknown channel '" + name + "'",
                   known_.empty() ? "the settings define no channels" : suggest(name, known_));
    return name;
  }

  static Duration positive(const yaml::Reader& scalar) {
    const Duration read = scalar.duration().value_or(Duration{0});
    if (read < Duration{0} || read > std::chrono::days(7))
      scalar.error(codes::kBadWait, "'" + scalar.string() + "' is no time to wait", "from 0s to 7d");
    return read;
  }

  std::vector<Telling::Step> steps(const yaml::Reader& list) const {
    std::vector<Telling::Step> read;
    for (const yaml::Reader& item : list.items_or_one()) {
      Telling::Step step;
      if (item.is_map()) {
        step.channel = channel(item.required("channel"));
        if (const auto after = item.get("after")) {
          step.after = positive(after);
          if (read.empty())
            after.error(codes::kBadWait, "the first channel follows no other",
                        "remove `after`: it says how long the channel before may stay unacknowledged");
        }
        item.finish();
      } else {
        step.channel = channel(item);
      }
      const bool again =
          std::any_of(read.begin(), read.end(), [&](auto& s) { return s.channel == step.channel; });
      if (again)
        item.error(codes::kChannelTwice, "channel '" + step.channel + "' follows itself",
                   "name each channel once: what it rejected it would reject again");
      read.push_back(std::move(step));
    }
    return read;
  }

  Routes::Route route(const yaml::Reader& node, Inherited from) const {
    Routes::Route route;
    route.levels = read_names(node.get("level"), level_names(), parse_level);
    route.severities = read_names(node.get("severity"), severity_names(), parse_severity);
    route.areas = node.get("area").strings();
    route.industries = node.get("industry").strings();
    route.recipients = node.get("to").strings();
    route.when = read_condition(node.get("when"), env_);
    read(node, from);
    route.channels = from.channels;
    if (!from.telling.steps.empty()) route.telling = std::make_shared<const Telling>(from.telling);
    route.go_on = node.get("continue").boolean(false);
    route.routes = routes(node.get("routes"), from);
    node.finish();
    if (route.channels.empty() && !route.telling && route.routes.empty())
      node.error(codes::kNoChannel, "a route that leads nowhere",
                 "name `channels`, or with `notify` how its recipients are told");
    return route;
  }

  const std::vector<std::string>& known_;
  const cel::Environment& env_;
};

}  // namespace

Routes Routes::load(const yaml::Reader& file, const std::vector<std::string>& channels,
                    const cel::Environment& base) {
  cel::Environment env = base;
  declare_alert(env);
  const RouteReader reader(channels, env);
  Routes routes;
  Inherited beginning;
  reader.read(file, beginning);
  routes.routes_ = reader.routes(file.get("routes"), beginning);
  routes.inhibitions_ = reader.inhibitions(file.get("inhibit"));
  const yaml::Reader fallback = file.get("default");
  routes.default_ = fallback ? reader.channels(fallback) : channels;
  if (fallback.is_list() && routes.default_.empty())
    fallback.error(codes::kNoChannel, "a default that leads nowhere", "name at least one channel");
  file.finish();
  return routes;
}

}  // namespace duban::rule
