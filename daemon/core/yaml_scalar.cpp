#include "core/yaml_scalar.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

namespace duban::yaml {
namespace {

/// The whole of `text` as a number, or nothing.
template <typename Number, typename... Form>
std::optional<Number> parse(std::string_view text, Form... form) {
  Number value{};
  const char* end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, value, form...);
  if (result.ec != std::errc{} || result.ptr != end) return {};
  return value;
}

std::string_view without_plus(std::string_view text) {
  const bool plus = text.size() > 1 && text[0] == '+' && text[1] != '-' && text[1] != '+';
  return plus ? text.substr(1) : text;
}

bool is_one_of(std::string_view text, std::string_view lower, std::string_view title,
               std::string_view upper) {
  return text == lower || text == title || text == upper;
}

}  // namespace

std::optional<bool> boolean_of(std::string_view text) {
  if (is_one_of(text, "true", "True", "TRUE")) return true;
  if (is_one_of(text, "false", "False", "FALSE")) return false;
  return {};
}

std::optional<int64_t> integer_of(std::string_view text) {
  if (text.starts_with("0x") || text.starts_with("0o")) {
    const auto value = parse<uint64_t>(text.substr(2), text[1] == 'x' ? 16 : 8);
    if (!value || *value > static_cast<uint64_t>(std::numeric_limits<int64_t>::max())) return {};
    return static_cast<int64_t>(*value);
  }
  return parse<int64_t>(without_plus(text), 10);
}

std::optional<double> number_of(std::string_view text) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  if (const auto integer = integer_of(text)) return static_cast<double>(*integer);
  const bool negative = text.starts_with('-');
  const std::string_view size = negative ? text.substr(1) : without_plus(text);
  if (is_one_of(size, ".inf", ".Inf", ".INF")) return negative ? -kInfinity : kInfinity;
  if (is_one_of(text, ".nan", ".NaN", ".NAN")) return std::numeric_limits<double>::quiet_NaN();
  // from_chars also takes "inf" and "nan", which are texts here.
  if (size.empty() || (size[0] != '.' && (size[0] < '0' || size[0] > '9'))) return {};
  return parse<double>(without_plus(text), std::chars_format::general);
}

std::string json_string(std::string_view text) { return nlohmann::json(text).dump(); }

std::string json_of(std::string_view text) {
  if (const auto value = boolean_of(text)) return *value ? "true" : "false";
  if (const auto value = integer_of(text)) return fmt::format("{}", *value);
  if (const auto value = number_of(text); value && std::isfinite(*value))
    return nlohmann::json(*value).dump();
  return json_string(text);
}

}  // namespace duban::yaml
