// How scalars are written: from a byte of a scalar's text back to the byte of the file that it was written
// as.
//
// The file's form is first stripped of indentation, quotes and escapes, each byte remembering where it stood;
// then both texts are walked side by side, and line ends that folding turned into a blank, or swallowed, are
// passed over.
#include <algorithm>
#include <optional>
#include <utility>

#include "core/yaml_tree.hpp"

namespace duban::yaml {
namespace {

struct Written {
  char byte;
  size_t at;      // in the file
  bool line_end;  // one that folding may change
};
using Stripped = std::vector<Written>;

size_t skip_blanks(const std::string& text, size_t at) {
  return std::min(text.find_first_not_of(" \t", at), text.size());
}

/// At a line end in a plain or quoted scalar: blanks on both sides of it do not count.
size_t strip_line_end(const std::string& text, size_t at, Stripped& out) {
  while (!out.empty() && (out.back().byte == ' ' || out.back().byte == '\t')) out.pop_back();
  out.push_back({'\n', at, true});
  return skip_blanks(text, at + 1);
}

Stripped strip_plain(const std::string& text, size_t at, size_t enough) {
  Stripped out;
  while (at < text.size() && out.size() <= enough) {
    if (text[at] == '\n')
      at = strip_line_end(text, at, out), ++enough;
    else
      out.push_back({text[at], at, false}), ++at;
  }
  return out;
}

Stripped strip_single_quoted(const std::string& text, size_t at) {
  Stripped out;
  for (++at; at < text.size();) {
    if (text[at] == '\'' && (at + 1 >= text.size() || text[at + 1] != '\'')) break;
    if (text[at] == '\n') {
      at = strip_line_end(text, at, out);
      continue;
    }
    out.push_back({text[at], at, false});
    at += text[at] == '\'' ? 2 : 1;
  }
  return out;
}

/// One escape with a character of its own; false for the others (\x, \u, \U and the rare ones).
bool strip_escape(const std::string& text, size_t& at, Stripped& out) {
  constexpr std::string_view kNames = "\"\\/nt 0rabefv", kBytes{"\"\\/\n\t \0\r\a\b\x1b\f\v", 13};
  if (at + 1 >= text.size()) return false;
  if (text[at + 1] == '\n') {
    at = skip_blanks(text, at + 2);
    return true;
  }
  const size_t name = kNames.find(text[at + 1]);
  if (name == std::string_view::npos) return false;
  out.push_back({kBytes[name], at, false});
  at += 2;
  return true;
}

Stripped strip_double_quoted(const std::string& text, size_t at) {
  Stripped out;
  for (++at; at < text.size() && text[at] != '"';) {
    if (text[at] == '\n') {
      at = strip_line_end(text, at, out);
    } else if (text[at] == '\\') {
      if (!strip_escape(text, at, out)) break;
    } else {
      out.push_back({text[at], at, false}), ++at;
    }
  }
  return out;
}

/// Columns that the lines of a block are indented by, if its header does not say: those of the first line
/// with text.
size_t block_indent(const std::string& text, size_t at) {
  while (at < text.size()) {
    const size_t first = std::min(text.find_first_not_of(' ', at), text.size());
    if (first < text.size() && text[first] != '\n') return first - at;
    at = first + 1;
  }
  return 0;
}

/// Columns that the line of the block's `|` or `>` is indented by; an explicit indentation counts from the
/// parent, which only the first key of a list item makes differ from this.
size_t parent_indent(const std::string& text, size_t at) {
  const size_t before = at == 0 ? std::string::npos : text.rfind('\n', at - 1);
  const size_t start = before == std::string::npos ? 0 : before + 1;
  return std::min(text.find_first_not_of(" -", start), at) - start;
}

Stripped strip_block(const std::string& text, size_t at, size_t enough) {
  const size_t header_end = std::min(text.find('\n', at), text.size());
  const size_t digit = text.find_first_of("123456789#", at);
  const size_t start = std::min(header_end + 1, text.size());
  size_t indent = block_indent(text, start);
  if (digit < header_end && text[digit] != '#')
    indent = parent_indent(text, at) + static_cast<size_t>(text[digit] - '0');
  Stripped out;
  for (at = start; at < text.size() && out.size() <= enough;) {
    const size_t end = std::min(text.find('\n', at), text.size());
    const size_t first = std::min({text.find_first_not_of(' ', at), end, at + indent});
    if (first < at + indent && first < end) break;  // a line further left ends the block
    for (size_t i = first; i < end; ++i) out.push_back({text[i], i, false});
    out.push_back({'\n', end, true});
    ++enough;
    at = end + 1;
  }
  return out;
}

Stripped strip(const std::string& text, const Node& scalar, size_t enough) {
  switch (scalar.begin < text.size() ? text[scalar.begin] : '\0') {
    case '\'':
      return strip_single_quoted(text, scalar.begin);
    case '"':
      return strip_double_quoted(text, scalar.begin);
    case '|':
    case '>':
      return strip_block(text, scalar.begin, enough);
    default:
      return strip_plain(text, scalar.begin, enough);
  }
}

std::optional<size_t> align(const Stripped& written, const std::string& value, size_t offset) {
  size_t w = 0, v = 0;
  const auto folded_away = [&] {
    return w < written.size() && written[w].line_end &&
           (v >= value.size() || (value[v] != ' ' && value[v] != '\n'));
  };
  for (; v < offset; ++w, ++v) {
    while (folded_away()) ++w;
    if (w == written.size()) return {};
    if (!written[w].line_end && written[w].byte != value[v]) return {};
  }
  while (v < value.size() && folded_away()) ++w;
  if (w < written.size()) return written[w].at;
  return written.empty() ? std::nullopt : std::optional{written.back().at + 1};
}

}  // namespace

bool is_closed(const File& file, const Node& scalar) {
  const std::string& text = file.text;
  size_t at = scalar.begin;
  const char quote = at < text.size() ? text[at] : '\0';
  if (quote != '"' && quote != '\'') return true;
  for (++at; at < text.size(); ++at) {
    if (quote == '"' && text[at] == '\\')
      ++at;
    else if (text[at] == quote && quote == '\'' && at + 1 < text.size() && text[at + 1] == quote)
      ++at;
    else if (text[at] == quote)
      return true;
  }
  return false;
}

size_t offset_in_file(const File& file, const Node& scalar, size_t offset) {
  if (scalar.kind != Node::Kind::scalar) return scalar.begin;
  offset = std::min(offset, scalar.text.size());
  return align(strip(file.text, scalar, offset), scalar.text, offset).value_or(scalar.begin);
}

}  // namespace duban::yaml
