// What a receiver said, fit to be stored, logged and shown.
#pragma once

#include <string>
#include <string_view>

namespace duban::delivery {

/// One line of at most limits::kAnswerKept bytes, cut between characters: control characters and bytes that
/// are not UTF-8 replaced, runs of white space made one, telephone numbers masked.
std::string answer_text(std::string_view answer);
/// Control characters and broken UTF-8 made harmless for a terminal and for one line; nothing else changed.
std::string printable(std::string_view text);

}  // namespace duban::delivery
