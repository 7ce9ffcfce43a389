#include <catch2/catch.hpp>

#include "core/utf8.hpp"

using namespace duban;

TEST_CASE("characters are counted, not bytes") {
  CHECK(utf8::count("") == 0);
  CHECK(utf8::count("abc") == 3);
  CHECK(utf8::count("暴雨warning") == 9);
  CHECK(utf8::count("𠮷野家") == 3);
  CHECK(utf8::count("a\xFF\xFE") == 3);
}

TEST_CASE("what is not UTF-8 is found at its byte") {
  CHECK(utf8::invalid_at("督办 ok") == std::string_view::npos);
  CHECK(utf8::invalid_at("ab\xFFz") == 2);
  CHECK(utf8::invalid_at("\xC0\xAF") == 0);          // overlong '/'
  CHECK(utf8::invalid_at("\xE0\x80\xAF") == 0);      // overlong, three bytes
  CHECK(utf8::invalid_at("\xF0\x80\x80\xAF") == 0);  // overlong, four bytes
  CHECK(utf8::invalid_at("x\xED\xA0\x80") == 1);     // surrogate
  CHECK(utf8::invalid_at("\xF4\x90\x80\x80") == 0);  // beyond U+10FFFF
  CHECK(utf8::invalid_at("\xE6\x9A") == 0);          // cut
  CHECK(utf8::invalid_at("\x80") == 0);
}

TEST_CASE("every code point that is appended is read again") {
  for (const char32_t c : {U'a', U'é', U'督', U'𠮷', U'\U0010FFFF'}) {
    std::string text;
    utf8::append(text, c);
    CHECK(utf8::first(text).value == c);
    CHECK(utf8::first(text).bytes == text.size());
  }
}

TEST_CASE("Chinese characters and full-width signs are two columns wide") {
  for (const char32_t c : {U'督', U'。', U'\uFF0C', U'\u3000', U'𠮷'}) CHECK(utf8::width(c) == 2);
  for (const char32_t c : {U'a', U'é', U'“', U'…'}) CHECK(utf8::width(c) == 1);
  CHECK(utf8::width(0x0301) == 0);
}
