// A cursor over plain text, for reading notices. Words are UTF-8; nothing is copied.
#pragma once

#include <optional>
#include <string_view>

namespace duban::calendar {

struct Scan {
  std::string_view rest;

  bool done() const { return rest.empty(); }
  bool at_digit() const { return !rest.empty() && rest.front() >= '0' && rest.front() <= '9'; }
  bool skip(std::string_view word) {
    if (!rest.starts_with(word)) return false;
    rest.remove_prefix(word.size());
    return true;
  }
  void skip_blanks() {
    while (!rest.empty() && (rest.front() == ' ' || rest.front() == '\n')) rest.remove_prefix(1);
  }
  /// Up to four digits; more are not a number of a notice.
  std::optional<int> number() {
    int value = 0;
    size_t count = 0;
    for (; at_digit() && count < 4; ++count, rest.remove_prefix(1)) value = value * 10 + (rest.front() - '0');
    if (count == 0 || at_digit()) return {};
    return value;
  }
};

}  // namespace duban::calendar
