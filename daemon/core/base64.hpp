// Base64 (RFC 4648, the standard alphabet, padded): how bytes that need not be text travel in JSON.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace duban::base64 {

std::string encode(std::string_view bytes);
/// Empty if `text` is not exactly what encode() may give.
std::optional<std::string> decode(std::string_view text);

}  // namespace duban::base64
