#include "core/chinese_typing.hpp"

#include <catch2/catch.hpp>

#include "core/diagnostic.hpp"

using namespace duban;

TEST_CASE("a full-width character has the one that is meant") {
  CHECK(ascii_of("，后") == ",");
  CHECK(ascii_of("：") == ":");
  CHECK(ascii_of("１") == "1");
  CHECK(ascii_of("ｗｄ") == "w");
  CHECK(ascii_of("～") == "~");
  CHECK(ascii_of("！") == "!");
  CHECK(ascii_of("【单位】") == "[");
  CHECK(ascii_of("“") == "a straight quote");
  CHECK(ascii_of("due") == "");
  CHECK(ascii_of("单位") == "");
  CHECK(ascii_of("") == "");
}

TEST_CASE("a Chinese word stands for the name that the place knows") {
  CHECK(suggest("工作日", {"d", "wd"}) == "did you mean 'wd'?");
  CHECK(suggest("黄色", {"notice", "warning"}) == "did you mean 'warning'?");
  CHECK(suggest("黄色", {"blue", "yellow"}) == "did you mean 'yellow'?");
  CHECK(suggest("黄色", {"d", "wd"}) == "expected one of d, wd");
  CHECK(suggest("不认识", {"d", "wd"}) == "expected one of d, wd");
}
