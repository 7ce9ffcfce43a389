#include "delivery/reading.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "core/utf8.hpp"
#include "delivery/alert_view.hpp"
#include "ledger/dead_letter_json.hpp"
#include "rule/level.hpp"

namespace duban::delivery {
namespace {

bool is_white(char32_t c) {
  return c <= 0x20 || (c >= 0x7f && c <= 0xa0) || c == 0x2028 || c == 0x2029 || c == 0x3000;
}

/// Zero-width, and those that turn the direction of what follows.
bool is_invisible(char32_t c) {
  return c == 0xad || c == 0x61c || (c >= 0x200b && c <= 0x200f) || (c >= 0x202a && c <= 0x202e) ||
         (c >= 0x2060 && c <= 0x206f) || c == 0xfeff || (c >= 0xe0000 && c <= 0xe007f);
}

bool is_url_character(char c) {
  constexpr std::string_view kOthers = "-._~:/?#&=%+,;";
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         kOthers.find(c) != std::string_view::npos;
}

/// How many bytes of a web address `text` begins with; 0: none.
size_t url_length(std::string_view text) {
  if (!text.starts_with("https://") && !text.starts_with("http://")) return 0;
  size_t length = 0;
  while (length < text.size() && is_url_character(text[length])) ++length;
  return length;
}

std::string_view full_width(char c) {
  constexpr std::array<std::pair<char, std::string_view>, 19> kForms{{{'*', "＊"},
                                                                      {'_', "＿"},
                                                                      {'`', "｀"},
                                                                      {'#', "＃"},
                                                                      {'<', "＜"},
                                                                      {'>', "＞"},
                                                                      {'[', "［"},
                                                                      {']', "］"},
                                                                      {'(', "（"},
                                                                      {')', "）"},
                                                                      {'!', "！"},
                                                                      {'@', "＠"},
                                                                      {'~', "～"},
                                                                      {'|', "｜"},
                                                                      {'\\', "＼"},
                                                                      {'$', "＄"},
                                                                      {'{', "｛"},
                                                                      {'}', "｝"},
                                                                      {'&', "＆"}}};
  for (const auto& [plain, wide] : kForms) {
    if (plain == c) return wide;
  }
  return {};
}

/// What a line may begin with that would make a list or a rule of it.
std::string_view full_width_first(char c) {
  if (c == '-') return "－";
  if (c == '+') return "＋";
  return c == '=' ? "＝" : std::string_view{};
}

Reading of_record(const std::string& body) {
  Reading reading;
  if (const std::optional<AlertView> alert = read_alert(body)) {
    const std::optional<rule::Level> level = rule::parse_level(alert->level);
    const std::string what = level ? std::string(rule::chinese(*level)) : alert->level;
    reading.colour = rule::chinese(rule::parse_severity(alert->severity).value_or(rule::Severity::notice));
    reading.title = fmt::format("{} {}", what, alert->subject_title);
    reading.text = alert->text;
  } else if (const std::optional<ledger::DeadLetter> letter = ledger::parse_dead_letter(body)) {
    reading.title = "死信 " + letter->code;
    reading.text = ledger::dead_letter_key(*letter) + "\n" + letter->reason;
  }
  return reading;
}

/// The end of the longest beginning of `text` that takes at most `bytes` in JSON, between characters.
size_t fitting(std::string_view text, size_t bytes) {
  size_t taken = 0, at = 0;
  while (at < text.size()) {
    const size_t length = utf8::first(text.substr(at)).bytes;
    taken += json_bytes(text.substr(at, length));
    if (taken > bytes) break;
    at += length;
  }
  return at;
}

/// The beginning of `rest` that goes into one part, taken off it.
std::string take_part(std::string_view& rest, size_t bytes) {
  size_t end = fitting(rest, bytes);
  if (end == 0 && !rest.empty()) end = utf8::first(rest).bytes;
  if (end < rest.size()) {
    const size_t line = rest.rfind('\n', end);
    if (line != std::string_view::npos && line > 0) end = line;
  }
  std::string part(rest.substr(0, end));
  rest.remove_prefix(end);
  if (rest.starts_with('\n')) rest.remove_prefix(1);
  return part;
}

}  // namespace

Reading reading_of(const Message& message) {
  Reading reading;
  if (message.title.empty() && message.text.empty()) {
    reading = of_record(message.body);
  } else {
    reading.title = message.title;
    reading.text = message.text;
  }
  if (const auto severity = rule::parse_severity(message.severity)) reading.colour = rule::chinese(*severity);
  if (reading.colour.empty()) reading.colour = rule::chinese(rule::Severity::notice);
  reading.text = plain_lines(reading.text);
  reading.title = plain_line(reading.title);
  if (reading.title.empty()) reading.title = shortened(reading.text.substr(0, reading.text.find('\n')), 40);
  if (reading.title.empty()) reading.title = plain_line(message.key);
  return reading;
}

std::string plain_line(std::string_view text) {
  std::string out;
  bool space = false;
  while (!text.empty()) {
    const utf8::CodePoint c = utf8::first(text);
    const std::string_view character = c.valid ? text.substr(0, c.bytes) : std::string_view("\uFFFD");
    text.remove_prefix(c.bytes);
    if (is_invisible(c.value)) continue;
    if (is_white(c.value)) {
      space = true;
      continue;
    }
    if (space && !out.empty()) out += ' ';
    space = false;
    out += character;
  }
  return out;
}

std::string plain_lines(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    out += plain_line(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    out += '\n';
  }
  while (out.ends_with('\n')) out.pop_back();
  return out;
}

std::string without_markup(std::string_view text) {
  std::string out;
  bool first = true;  // in its line
  for (size_t i = 0; i < text.size();) {
    if (const size_t url = url_length(text.substr(i)); url > 0) {
      out += text.substr(i, url);
      i += url;
      first = false;
      continue;
    }
    const char c = text[i++];
    std::string_view wide = full_width(c);
    if (wide.empty() && first) wide = full_width_first(c);
    // "1. " at the beginning of a line is a list.
    const bool digit = c >= '0' && c <= '9';
    if (c == '.' && first) wide = "．";
    wide.empty() ? out += c : out += wide;
    first = c == '\n' || (first && (c == ' ' || digit));
  }
  return out;
}

std::string shortened(std::string_view text, size_t characters) {
  std::string out;
  for (size_t count = 1; !text.empty(); ++count) {
    const size_t bytes = utf8::first(text).bytes;
    if (count == characters && bytes < text.size()) return out + "…";
    out += text.substr(0, bytes);
    text.remove_prefix(bytes);
  }
  return out;
}

size_t json_bytes(std::string_view text) {
  return text.size() + static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) {
           return c == '"' || c == '\\' || c == '\n';
         }));
}

std::vector<std::string> parts_of(std::string_view text, size_t bytes, size_t most) {
  constexpr size_t kLastLine = 64;  // bytes for what is said of the rest
  std::vector<std::string> parts;
  std::string_view rest = text;
  do {
    const bool last = parts.size() + 1 == most;
    if (last && json_bytes(rest) > bytes) {
      std::string part = take_part(rest, bytes - kLastLine);
      part += fmt::format("\n……以下{}字从略", utf8::count(rest));
      parts.push_back(std::move(part));
      break;
    }
    parts.push_back(take_part(rest, bytes));
  } while (!rest.empty());
  return parts;
}

}  // namespace duban::delivery
