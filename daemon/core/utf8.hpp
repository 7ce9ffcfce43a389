// UTF-8 as people see it: characters (code points) and how wide they stand on a terminal.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace duban::utf8 {

/// What some editors put in front of a text; no part of it.
inline constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

struct CodePoint {
  char32_t value = 0;
  size_t bytes = 0;   // how many it takes; 1 for a byte that is not UTF-8
  bool valid = true;  // false: not UTF-8, value is U+FFFD
};

/// The code point at the start of a text that is not empty.
CodePoint first(std::string_view text);
/// Code points in `text`; each byte that is not UTF-8 counts as one.
size_t count(std::string_view text);
/// Byte offset of the first sequence that is not UTF-8, or npos.
size_t invalid_at(std::string_view text);
/// Appends a code point of at most U+10FFFF.
void append(std::string& out, char32_t c);
/// Columns on a terminal: 2 for CJK and other wide characters, 0 for combining marks, else 1.
int width(char32_t c);

}  // namespace duban::utf8
