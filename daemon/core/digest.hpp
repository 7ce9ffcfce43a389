// SHA-256, HMAC and random keys: for what must not be forged. (core/hash.hpp is for what must be fast.)
#pragma once

#include <string>
#include <string_view>

namespace duban {

/// 32 bytes.
std::string sha256(std::string_view bytes);
/// 32 bytes: HMAC-SHA256.
std::string hmac_sha256(std::string_view key, std::string_view bytes);
/// Lower-case hexadecimal digits.
std::string to_hex(std::string_view bytes);
/// In a time that does not depend on where they differ.
bool equal_in_constant_time(std::string_view a, std::string_view b);
/// `bytes` random bytes in hexadecimal digits, for a key or a token. Never part of what the engine says.
std::string random_hex(size_t bytes);

}  // namespace duban
