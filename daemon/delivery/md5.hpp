// MD5, which carriers' gateways ask for in their signatures. (core/digest.hpp is for what must not be
// forged.)
#pragma once

#include <string>
#include <string_view>

namespace duban::delivery {

/// 32 lower-case hexadecimal digits.
std::string md5_hex(std::string_view text);

}  // namespace duban::delivery
