// Reading `to`: who is told (rules.md, "Recipients"). Private to rule/.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cel/program.hpp"
#include "core/yaml.hpp"
#include "rule/rule.hpp"

namespace duban::rule {

/// `unit`, `town`, `office@city.duty`, `special_committee:fire`, `field:PATH`, `unit:ID`, `event.by`, `told`.
/// Nothing and an issue if it is none of these.
std::optional<Recipient> parse_recipient(const std::string& source, const event::EntityKind& subject,
                                         std::vector<cel::Issue>& issues);
std::vector<Recipient> read_recipients(const yaml::Reader& to, const event::EntityKind& subject);

}  // namespace duban::rule
