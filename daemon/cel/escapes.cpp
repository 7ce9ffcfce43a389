// Escapes of string and bytes literals.
#include "cel/errors.hpp"
#include "cel/lexer.hpp"
#include "core/utf8.hpp"

namespace duban::cel {
namespace {

int digit_of(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return 99;
}

/// The number of exactly `count` digits of `base` at `at`; -1 if they are not there.
int64_t read_digits(std::string_view text, size_t at, size_t count, int base) {
  if (at + count > text.size()) return -1;
  int64_t n = 0;
  for (size_t i = at; i < at + count; ++i) {
    int d = digit_of(text[i]);
    if (d >= base) return -1;
    n = n * base + d;
  }
  return n;
}

char simple_escape(char c) {
  switch (c) {
    case 'a':
      return '\a';
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    case 'v':
      return '\v';
    case '\\':
    case '\'':
    case '"':
    case '`':
    case '?':
      return c;
    default:
      return '\0';
  }
}

struct Escape {
  int64_t value = -1;  // -1: malformed
  size_t length = 0;   // after the backslash
  bool octet = false;  // \x and octal name a byte in bytes literals
};

Escape read_escape(std::string_view body, size_t at) {
  if (at >= body.size()) return {};
  char c = body[at];
  if (char simple = simple_escape(c)) return {static_cast<unsigned char>(simple), 1, false};
  switch (c) {
    case 'x':
    case 'X':
      return {read_digits(body, at + 1, 2, 16), 3, true};
    case 'u':
      return {read_digits(body, at + 1, 4, 16), 5, false};
    case 'U':
      return {read_digits(body, at + 1, 8, 16), 9, false};
    default:
      return c >= '0' && c <= '3' ? Escape{read_digits(body, at, 3, 8), 3, true} : Escape{};
  }
}

bool is_code_point(int64_t n) { return n >= 0 && n <= 0x10FFFF && !(n >= 0xD800 && n <= 0xDFFF); }

}  // namespace

bool Lexer::unescape(std::string_view body, size_t begin, bool bytes, std::string& out) {
  for (size_t i = 0; i < body.size(); ++i) {
    if (body[i] != '\\') {
      out += body[i];
      continue;
    }
    Escape escape = read_escape(body, i + 1);
    bool unicode_in_bytes = bytes && (escape.length == 5 || escape.length == 9);
    if (!is_code_point(escape.value) || unicode_in_bytes) {
      broken(begin + i, std::min<size_t>(2, body.size() - i), "unknown escape in a literal",
             "known are \\n \\t \\r \\\\ \\' \\\" \\xHH \\uHHHH \\UHHHHHHHH and octal \\377; r'…' has no "
             "escapes");
      return false;
    }
    if (bytes && escape.octet) {
      out += static_cast<char>(escape.value);
    } else {
      utf8::append(out, static_cast<char32_t>(escape.value));
    }
    i += escape.length;
  }
  return true;
}

}  // namespace duban::cel
