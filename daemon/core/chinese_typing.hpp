// Slips of people who type Chinese: full-width characters, and the Chinese word where the files' language has
// an English name. Used by hints only; nothing here makes a wrong text right.
#pragma once

#include <string_view>
#include <vector>

namespace duban {

/// What to type instead of the full-width character at the start of `text`: a full-width comma gives ",".
/// Empty if it is none.
std::string_view ascii_of(std::string_view text);

/// The names that a Chinese word may stand for: 工作日 gives wd, 黄色 a severity (warning) and a
/// colour (yellow). Empty if none is known.
std::vector<std::string_view> meanings(std::string_view word);

}  // namespace duban
