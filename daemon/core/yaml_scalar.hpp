// What a plain scalar is by the core schema of YAML 1.2: `yes` and `on` are texts, `0x1F` is a number.
// Private to core.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace duban::yaml {

std::optional<bool> boolean_of(std::string_view text);
/// Decimal, 0x or 0o; empty also where 64 bits do not hold it.
std::optional<int64_t> integer_of(std::string_view text);
/// Any number, `.inf` and `.nan` too.
std::optional<double> number_of(std::string_view text);
/// `text` as it stands in a JSON document: true, a number, or a string in quotes.
std::string json_of(std::string_view text);
std::string json_string(std::string_view text);

}  // namespace duban::yaml
