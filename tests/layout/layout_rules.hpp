// The shape of daemon/ as rules over the text of its files: which folder may include which, which libraries
// stay out of headers, who may ask for the time, how long a file may be.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace layout {

struct SourceFile {
  std::string path;  // below daemon/: "core/clock.cpp", "main.cpp"
  std::string text;
};

/// One line for each fault: "engine/engine.cpp:3: ... ".
std::vector<std::string> forbidden_arrows(const SourceFile& file);
std::vector<std::string> libraries_in_headers(const SourceFile& file);
std::vector<std::string> clock_readers(const SourceFile& file);

inline constexpr size_t kLongFile = 350;
size_t line_count(const SourceFile& file);

/// `text` with comments and the insides of literals turned into blanks, line by line as before.
std::string without_comments(std::string_view text, bool keep_literals);

}  // namespace layout
