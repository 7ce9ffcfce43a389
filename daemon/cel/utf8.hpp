// UTF-8, as far as CEL needs it. Malformed bytes count as one code point each.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace duban::cel {

size_t count_code_points(std::string_view text);
/// Bytes before the first malformed one; all of them if there is none.
size_t utf8_prefix(std::string_view text);
inline bool is_utf8(std::string_view text) { return utf8_prefix(text) == text.size(); }
/// Length in bytes of the code point that `text` begins with; 1 for a malformed one, 0 if empty.
size_t code_point_length(std::string_view text);
void append_utf8(std::string& out, uint32_t code_point);

}  // namespace duban::cel
