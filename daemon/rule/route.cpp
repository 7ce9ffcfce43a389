#include "rule/route.hpp"

#include <algorithm>

#include "rule/codes.hpp"
#include "rule/functions.hpp"
#include "rule/reading.hpp"

namespace duban::rule {
namespace {

using cel::Type;
using cel::Value;
using Base = Type::Base;

enum AlertField : int {
  kRule,
  kStageId,
  kKind,
  kSubjectId,
  kUnitId,
  kArea,
  kIndustry,
  kAlertLevel,
  kAlertSeverity,
  kProposal,
  kTo,
  kLabels,
  kAlertFields
};

const cel::RecordType* alert_type() {
  const Type text = Type::of(Base::string);
  static const cel::RecordType* type =
      cel::RecordType::make("alert", {{"rule", text},
                                      {"stage", text},
                                      {"kind", text},
                                      {"subject", text},
                                      {"unit", text},
                                      {"area", text},
                                      {"industry", text},
                                      {"level", Type::one_of(level_names())},
                                      {"severity", Type::one_of(severity_names())},
                                      {"proposal", Type::of(Base::boolean)},
                                      {"to", Type::list_of(text)},
                                      {"labels", Type::map_of(text, text)}});
  return type;
}

/// `*` stands for any characters, all others for themselves.
bool matches_glob(std::string_view glob, std::string_view text) {
  size_t g = 0, t = 0, star = std::string_view::npos, resume = 0;
  while (t < text.size()) {
    if (g < glob.size() && glob[g] == '*') {
      star = g++;
      resume = t;
    } else if (g < glob.size() && glob[g] == text[t]) {
      ++g, ++t;
    } else if (star != std::string_view::npos) {
      g = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (g < glob.size() && glob[g] == '*') ++g;
  return g == glob.size();
}

template <typename T>
bool among(const std::vector<T>& wanted, const T& value) {
  return wanted.empty() || std::find(wanted.begin(), wanted.end(), value) != wanted.end();
}

bool matches_recipients(const std::vector<std::string>& globs, const std::vector<std::string>* to) {
  if (globs.empty()) return true;
  if (to == nullptr) return false;
  return std::any_of(to->begin(), to->end(), [&](const std::string& recipient) {
    return std::any_of(globs.begin(), globs.end(),
                       [&](const auto& glob) { return matches_glob(glob, recipient); });
  });
}

Value alert_value(const AlertFacts& alert, cel::Arena& arena) {
  Value* fields = arena.values(kAlertFields);
  const auto text = [](std::string_view s) { return s.empty() ? Value::absent() : Value::of(s); };
  fields[kRule] = text(alert.rule);
  fields[kStageId] = text(alert.stage);
  fields[kKind] = text(alert.kind);
  fields[kSubjectId] = text(alert.subject);
  fields[kUnitId] = text(alert.unit);
  fields[kArea] = text(alert.area);
  fields[kIndustry] = text(alert.industry);
  fields[kAlertLevel] = Value::of(name(alert.level));
  fields[kAlertSeverity] = Value::of(name(alert.severity));
  fields[kProposal] = Value::of(alert.proposal);
  const size_t recipients = alert.to == nullptr ? 0 : alert.to->size();
  Value* to = arena.values(recipients);
  for (size_t i = 0; i < recipients; ++i) to[i] = Value::of(std::string_view((*alert.to)[i]));
  fields[kTo] = Value::of(std::span<const Value>(to, recipients));
  std::vector<std::pair<std::string, std::string>> labels;
  if (alert.labels != nullptr) labels = *alert.labels;
  std::sort(labels.begin(), labels.end());
  labels.erase(std::unique(labels.begin(), labels.end(), [](auto& a, auto& b) { return a.first == b.first; }),
               labels.end());
  cel::MapEntry* entries = arena.entries(labels.size());
  for (size_t i = 0; i < labels.size(); ++i)
    entries[i] = {Value::of(arena.copy(labels[i].first)), Value::of(arena.copy(labels[i].second))};
  fields[kLabels] = Value::of_map({entries, labels.size()});
  return Value::of_record(alert_type(), fields);
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

std::vector<std::string> read_channels(const yaml::Reader& list, const std::vector<std::string>& known) {
  std::vector<std::string> channels;
  for (const yaml::Reader& item : list.items_or_one()) {
    const std::string channel = item.string();
    if (std::find(known.begin(), known.end(), channel) == known.end())
      item.error(codes::kUnknownChannel, "unknown channel '" + channel + "'",
                 known.empty() ? "the settings define no channels" : suggest(channel, known));
    channels.push_back(channel);
  }
  if (list.is_list() && channels.empty())
    list.error(codes::kNoChannel, "a route that leads nowhere", "name at least one channel");
  return channels;
}

}  // namespace

Routes Routes::load(const yaml::Reader& file, const std::vector<std::string>& channels,
                    const cel::Environment& base) {
  cel::Environment env = base;
  env.declare("alert", Type::of_record(alert_type()));
  Routes routes;
  for (const yaml::Reader& route : file.get("routes").items()) {
    Entry entry;
    entry.levels = read_names(route.get("level"), level_names(), parse_level);
    entry.severities = read_names(route.get("severity"), severity_names(), parse_severity);
    entry.areas = route.get("area").strings();
    entry.recipients = route.get("to").strings();
    entry.when = read_condition(route.get("when"), env);
    entry.channels = read_channels(route.required("channels"), channels);
    entry.go_on = route.get("continue").boolean(false);
    route.finish();
    routes.entries_.push_back(std::move(entry));
  }
  const yaml::Reader fallback = file.get("default");
  routes.default_ = fallback ? read_channels(fallback, channels) : channels;
  file.finish();
  return routes;
}

Routes Routes::all(std::vector<std::string> channels) {
  Routes routes;
  routes.default_ = std::move(channels);
  return routes;
}

std::vector<std::string> Routes::channels(const AlertFacts& alert, cel::Context& context) const {
  std::vector<std::string> chosen;
  bool matched = false;
  const auto matches = [&](const Entry& entry) {
    const bool in_area =
        entry.areas.empty() || std::any_of(entry.areas.begin(), entry.areas.end(),
                                           [&](const auto& area) { return within(alert.area, area); });
    if (!among(entry.levels, alert.level) || !among(entry.severities, alert.severity) || !in_area ||
        !matches_recipients(entry.recipients, alert.to))
      return false;
    if (!entry.when) return true;
    const Value variables[] = {alert_value(alert, context.arena)};
    return entry.when->evaluate(variables, context).is_true();
  };
  const auto add = [&](const std::vector<std::string>& names) {
    for (const auto& name : names) {
      if (std::find(chosen.begin(), chosen.end(), name) == chosen.end()) chosen.push_back(name);
    }
  };
  for (const Entry& entry : entries_) {
    if (!matches(entry)) continue;
    matched = true;
    add(entry.channels);
    if (!entry.go_on) break;
  }
  if (!matched) add(default_);
  return chosen;
}

}  // namespace duban::rule
