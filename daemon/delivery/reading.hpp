// What people read of a message, and how text that is data gets into a form that knows markup.
//
// Titles and texts come from events: nothing in them may act. Control characters and characters that turn or
// hide text are taken out everywhere; each channel then escapes what its own form would interpret.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "delivery/channel.hpp"

namespace duban::delivery {

struct Reading {
  std::string colour;  // 蓝 黄 橙 红
  std::string title;   // one line, never empty
  std::string text;    // lines, "\n" between them
};

/// Of a message without title and text: those of its record, alert or dead letter.
Reading reading_of(const Message& message);

/// One line: without control, turning and invisible characters; runs of white space made one.
std::string plain_line(std::string_view text);
/// The same, line by line; empty lines at the end left out.
std::string plain_lines(std::string_view text);

/// For Markdown and the chat services' own marks (`<@all>`, `[text](url)`, `![](url)`): the characters that
/// mark up become their full-width forms, which people read alike and no renderer interprets. A web address
/// stays as it is.
std::string without_markup(std::string_view text);

/// At most `characters`, the last of them "…" if something was left out.
std::string shortened(std::string_view text, size_t characters);
/// `text` in parts of at most `bytes` as a JSON string has them, cut between lines where possible and never
/// within a character. If it needs more than `most` parts, the last ends with a line that says how much was
/// left out.
std::vector<std::string> parts_of(std::string_view text, size_t bytes, size_t most);
/// Bytes of `text` within a JSON string.
size_t json_bytes(std::string_view text);

}  // namespace duban::delivery
