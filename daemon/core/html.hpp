// Text as data in HTML and XML.
#pragma once

#include <string>
#include <string_view>

namespace duban {

/// & < > " ' as entities; bytes that are not UTF-8 as U+FFFD.
std::string html_escaped(std::string_view text);

}  // namespace duban
