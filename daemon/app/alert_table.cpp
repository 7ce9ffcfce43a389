#include "app/alert_table.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/utf8.hpp"
#include "rule/level.hpp"

namespace duban::app {
namespace {

/// A list of recipients wider than this is cut, so that one alert does not push all texts to the right.
constexpr size_t kWidestColumn = 60;
constexpr const char* kWeekdays[] = {"日", "一", "二", "三", "四", "五", "六"};

std::string cut(const std::string& text, size_t width) {
  if (display_width(text) <= width) return text;
  std::string out;
  size_t taken = 1;
  for (std::string_view rest = text; !rest.empty();) {
    const utf8::CodePoint c = utf8::first(rest);
    taken += static_cast<size_t>(utf8::width(c.value));
    if (taken > width) break;
    out += rest.substr(0, c.bytes);
    rest.remove_prefix(c.bytes);
  }
  return out + "…";
}

}  // namespace

size_t display_width(std::string_view text) {
  size_t width = 0;
  while (!text.empty()) {
    const utf8::CodePoint c = utf8::first(text);
    width += static_cast<size_t>(utf8::width(c.value));
    text.remove_prefix(c.bytes);
  }
  return width;
}

std::string padded(std::string_view text, size_t width) {
  const size_t taken = display_width(text);
  return std::string(text) + std::string(width > taken ? width - taken : 0, ' ');
}

AlertTable::Row AlertTable::row_of(const Said& alert) const {
  const auto json = nlohmann::json::parse(alert.json);
  const auto level = rule::parse_level(json.at("level").get<std::string>());
  const auto severity = rule::parse_severity(json.at("severity").get<std::string>());
  std::string said(level ? rule::chinese(*level) : "");
  if (json.at("proposal").get<bool>()) said = "拟" + said;
  if (severity) said += std::string("·") + std::string(rule::chinese(*severity));
  std::string to;
  for (const auto& who : json.at("to")) to += (to.empty() ? "" : ", ") + who.get<std::string>();
  const std::string time = zone_.format(alert.at);
  const std::string when =
      time.substr(0, 10) + " " + kWeekdays[zone_.date(alert.at).weekday()] + " " + time.substr(11, 5);
  return {when,
          said,
          alert.rule + "/" + alert.stage,
          alert.subject,
          cut(to, kWidestColumn),
          json.at("text").get<std::string>()};
}

void AlertTable::print(const std::vector<Said>& alerts) {
  if (alerts.empty()) return;
  std::vector<Row> rows;
  if (!std::exchange(begun_, true)) rows.push_back({"time", "level", "rule/stage", "subject", "to", "text"});
  for (const Said& alert : alerts) rows.push_back(row_of(alert));
  for (const Row& row : rows)
    for (size_t i = 0; i < kAligned; ++i) widths_[i] = std::max(widths_[i], display_width(row[i]));
  for (const Row& row : rows) print(row);
}

void AlertTable::print(const Row& row) {
  for (size_t i = 0; i < kAligned; ++i) out_ << padded(row[i], widths_[i]) << "  ";
  out_ << row[kAligned] << '\n';
}

}  // namespace duban::app
