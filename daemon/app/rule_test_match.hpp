// How what was said compares with what a test expects. Private to app/.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "app/rule_test.hpp"

namespace duban::app {

/// How an alert, or a dead letter as {"code", "reason", "key"}, differs from a pattern; empty if it matches.
/// `to` is compared as a set, `text` and `reason` by containing, maps by the members that are named.
std::vector<std::string> differences(const Pattern& pattern, Instant at, const nlohmann::json& said,
                                     const Zone& zone);

/// For each pattern the position of something said that is its own, or -1; as many as can be get one.
/// `matches[i]` are the positions that pattern i matches.
std::vector<int> assign(const std::vector<std::vector<int>>& matches, size_t said);

/// The keys that a pattern of an alert may name.
const std::vector<std::string>& alert_keys();

/// One line for people: "hazard-rectification/overdue hazard/H1 督促 → E-1/principal: 【督促】…".
std::string summary(const nlohmann::json& alert);
std::string summary(const Pattern& pattern);

}  // namespace duban::app
