// Percent-encoding, paths and query parameters: what clients write, taken apart with suspicion.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "api/error.hpp"

namespace duban::api {

/// Empty if an escape is broken, or what it stands for is not UTF-8 or has control characters.
std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space);
/// Everything but letters, digits and "-._~" escaped.
std::string percent_encode(std::string_view text);

/// "/a/b%20c" → {"a", "b c"}; empty parts are left out. Nothing if a part cannot be decoded or is "." or
/// "..".
std::optional<std::vector<std::string>> path_parts(std::string_view path);

/// The parameters of a query; `known` are those that may be given, each at most once.
using Parameters = std::map<std::string, std::string>;
std::variant<Parameters, Fault> read_parameters(std::string_view query,
                                                const std::vector<std::string>& known);

/// A whole number from `least` to `most`; `absent` if the parameter is not there.
std::variant<int64_t, Fault> number_of(const Parameters& parameters, const std::string& name, int64_t absent,
                                       int64_t least, int64_t most);

}  // namespace duban::api
