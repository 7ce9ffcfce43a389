// Places inside of a scalar: where a mistake in an expression stands in the file.
#include <catch2/catch.hpp>

#include "core/yaml.hpp"

using namespace duban;

namespace {

/// Line and column of the first X of the text under key `k`.
std::string place_of_x(std::string text) {
  Diagnostics found;
  const auto scalar = yaml::Reader::parse("t.yaml", std::move(text), found).get("k");
  const size_t offset = scalar.string().find('X');
  if (found.has_errors() || offset == std::string::npos) return "broken test: " + found.text();
  const Place place = scalar.place_at(offset);
  return std::to_string(place.line) + ":" + std::to_string(place.column);
}

}  // namespace

TEST_CASE("a place in a plain or quoted scalar on one line") {
  CHECK(place_of_x("k: abX\n") == "1:6");
  CHECK(place_of_x("k: \"abX\"\n") == "1:7");
  CHECK(place_of_x("k: 'abX'\n") == "1:7");
  CHECK(place_of_x("{a: 1, k: 督办X}\n") == "1:13");
  CHECK(place_of_x("k: &a 督X\n") == "1:8");
}

TEST_CASE("a place behind quotes and escapes in a quoted scalar") {
  CHECK(place_of_x("k: 'it''s X'\n") == "1:11");
  CHECK(place_of_x("k: \"a\\\"b\\\\\\n X\"\n") == "1:14");
  CHECK(place_of_x("k: \"督办 'a' X\"\n") == "1:12");
}

TEST_CASE("a numeric escape leaves the scalar's beginning") {
  CHECK(place_of_x("k: \"\\u7763 X\"\n") == "1:4");
}

TEST_CASE("a place in a literal block") {
  CHECK(place_of_x("k: |\n  one\n  X\n") == "3:3");
  CHECK(place_of_x("k: |-\n\n    督办\n      X\n") == "4:7");
  CHECK(place_of_x("k: |2\n    one\n  X\n") == "3:3");
  CHECK(place_of_x("k: | # a comment with 5\n  one\n  X\n") == "3:3");
  CHECK(place_of_x("k: |+\n  one\n\n\n  X") == "5:3");
}

TEST_CASE("a place in a folded block") {
  CHECK(place_of_x("k: >\n  one\n  two X\n") == "3:7");
  CHECK(place_of_x("k: >-\n  【督办】${a}\n  ${X}\n") == "3:5");
  CHECK(place_of_x("k: >\n  one\n\n  X\n") == "4:3");
  CHECK(place_of_x("k: >\n  one\n\n\n  two\n  X\n") == "6:3");
  CHECK(place_of_x("k: >\n  one\n    more\n  X\n") == "4:3");
}

TEST_CASE("a place in a plain or quoted scalar on several lines") {
  CHECK(place_of_x("k: one\n  two X\n") == "2:7");
  CHECK(place_of_x("k: one\n\n  X\n") == "3:3");
  CHECK(place_of_x("k: 'one  \n    X'\n") == "2:5");
  CHECK(place_of_x("k: \"one\n  two\n  X\"\n") == "3:3");
  CHECK(place_of_x("k: \"one\\\n    two X\"\n") == "2:9");
  CHECK(place_of_x("a:\n  - b\nk: one # comment\nz: X\n").substr(0, 6) == "broken");
}

TEST_CASE("the end of a scalar is a place too, what lies beyond it is its end") {
  Diagnostics found;
  const auto root = yaml::Reader::parse("t.yaml", "a: abc\nb: 'abc'\nc: |\n  abc\nd: [x]\n", found);
  CHECK(root.get("a").place_at(3).column == 7);
  CHECK(root.get("a").place_at(1000).column == 7);
  CHECK(root.get("b").place_at(3).column == 8);
  CHECK(root.get("c").place_at(3).column == 6);
  CHECK(root.get("d").place_at(5).column == 4);
  CHECK(root.get("missing").place_at(5).line == 1);
}
