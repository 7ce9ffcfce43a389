#include "delivery/reading.hpp"

#include <catch2/catch.hpp>

#include "core/utf8.hpp"

using namespace duban;
using namespace duban::delivery;

TEST_CASE("a line has no control, turning or hidden characters") {
  CHECK(plain_line(" a\r\n\tb\x1b[31m ") == "a b [31m");
  CHECK(plain_line("\xE2\x80\xAE倒\xE2\x80\x8B着") == "倒着");
  CHECK(plain_line("坏\xff字") == "坏\uFFFD字");
  CHECK(plain_lines("一\r\n\n二 \n\n") == "一\n\n二");
}

TEST_CASE("marks become their full-width forms, web addresses stay") {
  CHECK(without_markup("[点](http://a.example/x_y?t=1-2)") == "［点］（http://a.example/x_y?t=1-2）");
  CHECK(without_markup("**a** `b` <@all> #1") == "＊＊a＊＊ ｀b｀ ＜＠all＞ ＃1");
  CHECK(without_markup("- a - b\n1. c 2.5\n=== d") == "－ a - b\n1． c 2.5\n＝== d");
}

TEST_CASE("what is shortened says so") {
  CHECK(shortened("督办督办", 4) == "督办督办");
  CHECK(shortened("督办督办", 3) == "督办…");
  CHECK(shortened("", 3).empty());
}

TEST_CASE("parts hold a text between them, cut at lines where possible") {
  CHECK(parts_of("", 100, 5) == std::vector<std::string>{""});
  CHECK(parts_of("一\n二\n三", 100, 5) == std::vector<std::string>{"一\n二\n三"});
  CHECK(parts_of("aaaa\nbbbb\ncc", 9, 5) == std::vector<std::string>{"aaaa", "bbbb\ncc"});
  CHECK(parts_of("督办督办", 7, 5) == std::vector<std::string>{"督办", "督办"});
  std::string joined;
  const std::string text = "甲乙\"丙\n\n丁" + std::string(500, 'x') + "\n戊";
  for (const std::string& part : parts_of(text, 50, 99)) {
    CHECK(json_bytes(part) <= 50);
    CHECK(utf8::invalid_at(part) == std::string::npos);
    joined += part;
  }
  CHECK(joined.size() + 3 >= text.size());  // only line ends at the cuts are missing
}

TEST_CASE("what does not fit in all the parts is counted in the last") {
  const std::vector<std::string> parts = parts_of(std::string(1'000, 'x'), 200, 2);
  REQUIRE(parts.size() == 2);
  CHECK(parts[1].size() <= 200);
  CHECK(parts[1].find("……以下664字从略") != std::string::npos);
}
