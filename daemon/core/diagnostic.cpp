#include "core/diagnostic.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <tuple>

#include "core/utf8.hpp"

namespace duban {
namespace {

/// Characters of a line that are printed; of a longer one, those around the finding.
constexpr size_t kExcerptLength = 160;

auto order_of(const Diagnostic& d) {
  return std::tie(d.place.file, d.place.line, d.place.column, d.code, d.message, d.hint, d.gravity);
}

std::vector<std::string> lines_of(std::string_view text) {
  if (text.starts_with(utf8::kByteOrderMark)) text.remove_prefix(utf8::kByteOrderMark.size());
  std::vector<std::string> lines;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    lines.emplace_back(line);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return lines;
}

std::vector<std::string_view> characters_of(std::string_view text) {
  std::vector<std::string_view> characters;
  while (!text.empty()) {
    characters.push_back(text.substr(0, utf8::first(text).bytes));
    text.remove_prefix(characters.back().size());
  }
  return characters;
}

/// Control characters and broken UTF-8 of a user's file must not reach a terminal.
std::string_view printable(std::string_view character) {
  const utf8::CodePoint c = utf8::first(character);
  const bool control = c.value < 0x20 || (c.value >= 0x7F && c.value < 0xA0);
  return !c.valid || (control && c.value != '\t') ? "\uFFFD" : character;
}

std::string printable_text(std::string_view text) {
  std::string out;
  for (const std::string_view character : characters_of(text)) out += printable(character);
  return out;
}

/// Blank of the same width, so that the caret stands below its character in every font.
std::string_view blank_like(std::string_view character) {
  if (character == "\t") return "\t";
  switch (utf8::width(utf8::first(character).value)) {
    case 0:
      return "";
    case 2:
      return "\u3000";
    default:
      return " ";
  }
}

std::string excerpt_with_caret(const Diagnostic& d) {
  const auto characters = characters_of(d.excerpt);
  const size_t column = d.place.column > 0 ? static_cast<size_t>(d.place.column) - 1 : 0;
  const size_t caret = std::min(column, characters.size());
  const size_t begin =
      caret > kExcerptLength / 2 && characters.size() > kExcerptLength ? caret - kExcerptLength / 2 : 0;
  const size_t end = std::min(characters.size(), begin + kExcerptLength);
  std::string line = begin > 0 ? "… " : "", blank = begin > 0 ? "  " : "";
  for (size_t i = begin; i < end; ++i) {
    line += printable(characters[i]);
    if (i < caret) blank += blank_like(printable(characters[i]));
  }
  if (end < characters.size()) line += " …";
  std::string text = fmt::format("    {}\n", line);
  if (d.place.column > 0) text += fmt::format("    {}^\n", blank);
  return text;
}

std::string text_of(const Place& place) {
  std::string text = place.file;
  if (place.line > 0) text += fmt::format(":{}", place.line);
  if (place.line > 0 && place.column > 0) text += fmt::format(":{}", place.column);
  return text.empty() ? text : text + ": ";
}

std::string text_of(const Diagnostic& d) {
  std::string text = text_of(d.place) + d.code + ' ' + printable_text(d.message);
  if (!d.hint.empty()) text += "; " + printable_text(d.hint);
  text += '\n';
  return d.excerpt.empty() ? text : text + excerpt_with_caret(d);
}

}  // namespace

void Diagnostics::error(std::string code, Place place, std::string message, std::string hint) {
  found_.push_back(
      {Gravity::error, std::move(code), std::move(place), std::move(message), std::move(hint), {}});
  ++errors_;
}

void Diagnostics::warning(std::string code, Place place, std::string message, std::string hint) {
  found_.push_back(
      {Gravity::warning, std::move(code), std::move(place), std::move(message), std::move(hint), {}});
}

void Diagnostics::add_source(const std::string& file, std::string_view text) {
  const auto known =
      std::find_if(sources_.begin(), sources_.end(), [&](const Source& s) { return s.file == file; });
  if (known != sources_.end())
    known->lines = lines_of(text);
  else
    sources_.push_back({file, lines_of(text)});
}

std::vector<Diagnostic> Diagnostics::sorted() const {
  std::vector<Diagnostic> all = found_;
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return order_of(a) < order_of(b); });
  const auto same = [](const auto& a, const auto& b) { return order_of(a) == order_of(b); };
  all.erase(std::unique(all.begin(), all.end(), same), all.end());
  for (Diagnostic& d : all) {
    const auto source = std::find_if(sources_.begin(), sources_.end(),
                                     [&](const Source& s) { return s.file == d.place.file; });
    if (source == sources_.end() || d.place.line < 1) continue;
    const auto line = static_cast<size_t>(d.place.line) - 1;
    if (line < source->lines.size()) d.excerpt = source->lines[line];
  }
  return all;
}

std::string Diagnostics::text() const {
  std::string text;
  for (const Diagnostic& d : sorted()) text += text_of(d);
  return text;
}

std::string Diagnostics::json() const {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const Diagnostic& d : sorted())
    list.push_back({{"gravity", d.gravity == Gravity::error ? "error" : "warning"},
                    {"code", d.code},
                    {"file", d.place.file},
                    {"line", d.place.line},
                    {"column", d.place.column},
                    {"message", d.message},
                    {"hint", d.hint},
                    {"excerpt", d.excerpt}});
  return list.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace duban
