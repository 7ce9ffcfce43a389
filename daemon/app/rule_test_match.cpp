#include "app/rule_test_match.hpp"

#include <fmt/format.h>

#include <functional>
#include <nlohmann/json.hpp>
#include <set>

#include "rule/level.hpp"

namespace duban::app {
namespace {

using nlohmann::json;

std::string shown(const json& value) { return value.is_string() ? value.get<std::string>() : value.dump(); }

/// What stands in the alert where a pattern's key points.
json value_of(const json& said, const std::string& key, const json& expected) {
  if (!said.contains(key)) return nullptr;
  const json& value = said.at(key);
  if (key == "subject" && expected.is_string())
    return value.at("kind").get<std::string>() + "/" + value.at("id").get<std::string>();
  if (key == "unit" && expected.is_string()) return value.value("id", "");
  return value;
}

/// Every member that `expected` names is there; instants are equal whatever their offset.
bool fits(const json& expected, const json& value, const Zone& zone) {
  if (expected.is_object()) {
    if (!value.is_object()) return false;
    for (const auto& [name, member] : expected.items())
      if (!value.contains(name) ? !member.is_null() : !fits(member, value.at(name), zone)) return false;
    return true;
  }
  if (expected == value) return true;
  if (!expected.is_string() || !value.is_string()) return false;
  const auto a = expected.get<std::string>(), b = value.get<std::string>();
  if (a.find('T') == std::string::npos || b.find('T') == std::string::npos) return false;
  const auto first = zone.parse(a), second = zone.parse(b);
  return first && second && *first == *second;
}

bool same_set(const json& expected, const json& value) {
  if (!expected.is_array() || !value.is_array()) return expected == value;
  return std::set<json>(expected.begin(), expected.end()) == std::set<json>(value.begin(), value.end());
}

bool contains_all(const json& expected, const json& value) {
  if (!value.is_string()) return false;
  const auto& text = value.get_ref<const std::string&>();
  const auto in_text = [&](const json& part) {
    return part.is_string() && text.find(part.get<std::string>()) != std::string::npos;
  };
  return expected.is_array() ? std::all_of(expected.begin(), expected.end(), in_text) : in_text(expected);
}

bool holds(const std::string& key, const json& expected, const json& value, const Zone& zone) {
  if (key == "to") return same_set(expected, value);
  if (key == "text" || key == "reason") return contains_all(expected, value);
  return fits(expected, value, zone);
}

std::string list_of(const json& texts) {
  std::string out;
  for (const json& text : texts) out += (out.empty() ? "" : ", ") + shown(text);
  return out;
}

}  // namespace

const std::vector<std::string>& alert_keys() {
  static const std::vector<std::string> keys{"at",       "rule",    "stage", "level", "severity",
                                             "proposal", "subject", "unit",  "item",  "trigger",
                                             "to",       "text",    "basis", "cause"};
  return keys;
}

std::vector<std::string> differences(const Pattern& pattern, Instant at, const json& said, const Zone& zone) {
  std::vector<std::string> out;
  if (pattern.at != kNever && pattern.at != at)
    out.push_back(fmt::format("at: expected {}, said {}", zone.format(pattern.at), zone.format(at)));
  for (const auto& [key, text] : pattern.fields) {
    const json expected = json::parse(text);
    const json value = value_of(said, key, expected);
    if (!holds(key, expected, value, zone))
      out.push_back(fmt::format("{}: expected {}, said {}", key, shown(expected), shown(value)));
  }
  return out;
}

std::vector<int> assign(const std::vector<std::vector<int>>& matches, size_t said) {
  std::vector<int> owner(said, -1);
  std::vector<char> visited;
  // A pattern may take what another holds if that one finds something else (Kuhn's bipartite matching).
  const std::function<bool(int)> place = [&](int pattern) {
    for (const int position : matches[static_cast<size_t>(pattern)]) {
      const auto p = static_cast<size_t>(position);
      if (std::exchange(visited[p], 1)) continue;
      if (owner[p] >= 0 && !place(owner[p])) continue;
      owner[p] = pattern;
      return true;
    }
    return false;
  };
  for (size_t i = 0; i < matches.size(); ++i) {
    visited.assign(said, 0);
    place(static_cast<int>(i));
  }
  std::vector<int> assigned(matches.size(), -1);
  for (size_t p = 0; p < said; ++p)
    if (owner[p] >= 0) assigned[static_cast<size_t>(owner[p])] = static_cast<int>(p);
  return assigned;
}

std::string summary(const json& alert) {
  const auto level = rule::parse_level(alert.at("level").get<std::string>());
  const json& subject = alert.at("subject");
  return fmt::format("{}/{} {}/{} {}{} → {}: {}", shown(alert.at("rule")), shown(alert.at("stage")),
                     shown(subject.at("kind")), shown(subject.at("id")),
                     alert.at("proposal").get<bool>() ? "拟" : "", level ? rule::chinese(*level) : "",
                     list_of(alert.at("to")), shown(alert.at("text")));
}

std::string summary(const Pattern& pattern) {
  std::string out;
  for (const auto& [key, text] : pattern.fields) {
    const json value = json::parse(text);
    out += fmt::format("{}{}: {}", out.empty() ? "" : ", ", key,
                       value.is_array() ? "[" + list_of(value) + "]" : shown(value));
  }
  return out;
}

}  // namespace duban::app
