#include "rule/level.hpp"

#include <algorithm>
#include <array>

namespace duban::rule {
namespace {

constexpr std::array<std::string_view, 8> kLevels = {"remind",  "urge",     "circular", "interview",
                                                     "caution", "exposure", "listing",  "accountability"};
constexpr std::array<std::string_view, 8> kLevelsChinese = {"提醒", "督促", "通报",     "约谈",
                                                            "警示", "曝光", "挂牌督办", "问责"};
constexpr std::array<std::string_view, 4> kSeverities = {"notice", "warning", "serious", "critical"};
constexpr std::array<std::string_view, 4> kSeveritiesChinese = {"蓝", "黄", "橙", "红"};

template <typename Enum, size_t N>
std::optional<Enum> parse(const std::array<std::string_view, N>& names, std::string_view name) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) return {};
  return static_cast<Enum>(found - names.begin());
}

}  // namespace

std::string_view name(Level level) { return kLevels[static_cast<size_t>(level)]; }
std::string_view chinese(Level level) { return kLevelsChinese[static_cast<size_t>(level)]; }
std::string_view name(Severity severity) { return kSeverities[static_cast<size_t>(severity)]; }
std::string_view chinese(Severity severity) { return kSeveritiesChinese[static_cast<size_t>(severity)]; }

std::optional<Level> parse_level(std::string_view name) { return parse<Level>(kLevels, name); }
std::optional<Severity> parse_severity(std::string_view name) { return parse<Severity>(kSeverities, name); }

const std::vector<std::string>& level_names() {
  static const std::vector<std::string> names(kLevels.begin(), kLevels.end());
  return names;
}
const std::vector<std::string>& severity_names() {
  static const std::vector<std::string> names(kSeverities.begin(), kSeverities.end());
  return names;
}

}  // namespace duban::rule
