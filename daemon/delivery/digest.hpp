// The digests that services ask for in their signatures.
#pragma once

#include <string>
#include <string_view>

namespace duban::delivery {

/// 32 bytes.
std::string hmac_sha256(std::string_view key, std::string_view text);
std::string sha256_hex(std::string_view text);
std::string md5_hex(std::string_view text);
/// Two lower-case digits a byte.
std::string hex(std::string_view bytes);

}  // namespace duban::delivery
