#include "core/yaml_slips.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace duban::yaml {
namespace {

struct YamlSlip {
  size_t offset = 0;  // in the line
  std::string message;
  std::string hint;
};

/// Whether the byte at `at` stands in a quoted text of this line.
bool in_quotes(std::string_view line, size_t at) {
  char quote = 0;
  for (size_t i = 0; i < at; ++i) {
    if (quote == 0 && (line[i] == '"' || line[i] == '\''))
      quote = line[i];
    else if (line[i] == quote)
      quote = 0;
  }
  return quote != 0;
}

bool is_key_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

/// "due:hazard.due", "-{ id: a }": what needs a space, at its place.
std::optional<YamlSlip> missing_space(std::string_view line) {
  size_t at = std::min(line.find_first_not_of(' '), line.size());
  if (at < line.size() && line[at] == '-') {
    const size_t next = at + 1;
    if (next < line.size() && line[next] != ' ' && line[next] != '-' && line[next] != '\r')
      return YamlSlip{next, "no space after the dash of a list's entry", "write '- ' with a space"};
    at = std::min(line.find_first_not_of(' ', next), line.size());
  }
  const size_t begin = at;
  while (at < line.size() && is_key_letter(line[at])) ++at;
  if (at == begin || at + 1 >= line.size() || line[at] != ':' || line[at + 1] == ' ') return {};
  return YamlSlip{at, "no space after the colon of a key",
                  "write '" + std::string(line.substr(begin, at - begin)) + ": ' with a space"};
}

/// The slip of this line that makes it no YAML, if it is one of the usual ones.
std::optional<YamlSlip> yaml_slip(std::string_view line) {
  constexpr std::string_view kColon = "\uff1a", kComma = "\uff0c";
  if (const size_t hash = line.find(" #"); hash != std::string_view::npos && !in_quotes(line, hash))
    line = line.substr(0, hash);
  const size_t colon = line.find(kColon);
  if (colon != std::string_view::npos && !in_quotes(line, colon) && line.find(": ") > colon)
    return YamlSlip{colon, "'\uff1a' is a full-width character and ends no key",
                    "write ': ', a colon and a space"};
  const size_t comma = line.find(kComma);
  const size_t brace = line.find_first_of("{[");
  if (comma != std::string_view::npos && brace < comma && !in_quotes(line, comma))
    return YamlSlip{comma, "'\uff0c' is a full-width character and separates nothing", "write ', '"};
  return missing_space(line);
}

/// The last bracket before `end` that nothing closes; npos if there is none. Quotes are looked at line by
/// line.
size_t open_bracket(const std::string& text, size_t end) {
  std::vector<size_t> open;
  char quote = 0;
  for (size_t i = 0; i < end; ++i) {
    const char c = text[i];
    if (c == '\n')
      quote = 0;
    else if (quote != 0)
      quote = c == quote ? '\0' : quote;
    else if (c == '"' || c == '\'')
      quote = c;
    else if (c == '{' || c == '[')
      open.push_back(i);
    else if ((c == '}' || c == ']') && !open.empty())
      open.pop_back();
  }
  return open.empty() ? std::string::npos : open.back();
}

}  // namespace

bool report_slip(const File& file, int line, Diagnostics& out) {
  for (int candidate = line; candidate > 0 && candidate >= line - 1; --candidate) {
    if (static_cast<size_t>(candidate) > file.line_starts.size()) continue;
    const size_t start = file.line_starts[static_cast<size_t>(candidate) - 1];
    const size_t end = std::min(file.text.find('\n', start), file.text.size());
    const auto slip = yaml_slip(std::string_view{file.text}.substr(start, end - start));
    if (!slip) continue;
    out.error("E002", file.place(start + slip->offset), slip->message, slip->hint);
    return true;
  }
  return false;
}

bool report_open_bracket(const File& file, size_t end, Diagnostics& out) {
  end = std::min(end, file.text.size());
  const size_t at = open_bracket(file.text, end);
  if (at == std::string::npos || file.place(at).line >= file.place(end).line) return false;
  const char open = file.text[at];
  out.error("E002", file.place(at), fmt::format("this '{}' is not closed", open),
            fmt::format("write '{}' where it ends", open == '{' ? '}' : ']'));
  return true;
}

}  // namespace duban::yaml
