#include "delivery/answer_text.hpp"

#include <algorithm>

#include "core/limits.hpp"
#include "core/log.hpp"
#include "core/utf8.hpp"

namespace duban::delivery {
namespace {

constexpr size_t kMobileDigits = 11;

bool is_control(char32_t c) { return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Mobile numbers stand alone: a longer run of digits is an id.
std::string mask_numbers(const std::string& text) {
  std::string out;
  for (size_t i = 0; i < text.size();) {
    size_t end = i;
    while (end < text.size() && is_digit(text[end])) ++end;
    const std::string_view run(text.data() + i, end - i);
    if (run.empty()) {
      out += text[i++];
      continue;
    }
    if (run.size() == kMobileDigits && run[0] == '1') {
      out += log::mask_phone(run);
    } else {
      out += run;
    }
    i = end;
  }
  return out;
}

}  // namespace

std::string printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const utf8::CodePoint c = utf8::first(text);
    if (!c.valid) {
      out += "\uFFFD";
    } else if (is_control(c.value)) {
      out += ' ';
    } else {
      out += text.substr(0, c.bytes);
    }
    text.remove_prefix(c.bytes);
  }
  return out;
}

std::string answer_text(std::string_view answer) {
  // Four bytes a character at most, and nothing that follows would be kept.
  std::string line = printable(answer.substr(0, limits::kAnswerKept * 4));
  line.erase(std::unique(line.begin(), line.end(), [](char a, char b) { return a == ' ' && b == ' '; }),
             line.end());
  line = mask_numbers(line);
  if (line.size() > limits::kAnswerKept) {
    size_t end = limits::kAnswerKept;
    while (end > 0 && (static_cast<unsigned char>(line[end]) & 0xc0) == 0x80) --end;
    line.resize(end);
  }
  while (line.ends_with(' ')) line.pop_back();
  return line;
}

}  // namespace duban::delivery
