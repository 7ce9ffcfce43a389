// Levels of escalation and severities (vocabulary.md 2.3).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace duban::rule {

/// In order; from `interview` up a stage is an official act and goes out as a proposal.
enum class Level { remind, urge, circular, interview, caution, exposure, listing, accountability };
enum class Severity { notice, warning, serious, critical };

std::string_view name(Level level);           // "remind"
std::string_view chinese(Level level);        // 提醒 督促 通报 约谈 警示 曝光 挂牌督办 问责
std::string_view name(Severity severity);     // "notice"
std::string_view chinese(Severity severity);  // 蓝 黄 橙 红
std::optional<Level> parse_level(std::string_view name);
std::optional<Severity> parse_severity(std::string_view name);
const std::vector<std::string>& level_names();
const std::vector<std::string>& severity_names();

}  // namespace duban::rule
