// YAML that is not, and YAML that means harm: each is a finding with a place, none an exception or a long
// wait.
#include <catch2/catch.hpp>
#include <random>

#include "core/limits.hpp"
#include "core/yaml.hpp"
#include "support/temporary_folder.hpp"

using namespace duban;

namespace {

std::string finding(std::string text) {
  Diagnostics found;
  const auto root = yaml::Reader::parse("t.yaml", std::move(text), found);
  const auto all = found.sorted();
  if (all.empty()) return "nothing";
  CHECK_FALSE(root);
  return std::to_string(all[0].place.line) + ":" + std::to_string(all[0].place.column) + " " + all[0].code +
         " " + all[0].message + (all[0].hint.empty() ? "" : "; " + all[0].hint);
}

std::string repeat(std::string_view what, size_t times) {
  std::string out;
  for (size_t i = 0; i < times; ++i) out += what;
  return out;
}

}  // namespace

TEST_CASE("broken YAML is reported where it breaks, with a remedy") {
  CHECK(finding("a: [1, 2\nb: 3\n") == "1:4 E002 this '[' is not closed; write ']' where it ends");
  CHECK(finding("a: [1 2, b: {c: d e: f}]\n").find("a ',' or '}' is missing") != std::string::npos);
  CHECK(finding("title: 隐患: 逾期\n") ==
        "1:10 E002 not valid YAML: illegal map value; indent it like its neighbours, and quote a text that "
        "contains ': '");
  CHECK(finding("a: \"x\n") ==
        "1:4 E002 not valid YAML: a quote that is not closed; a closing quote is missing");
  CHECK(finding("a: 'it''s\n").substr(0, 40) == "1:4 E002 not valid YAML: a quote that is");
  CHECK(finding("a: 'it''s'") == "nothing");
  CHECK(finding("a: \"x\\\"\n\"") == "nothing");
  CHECK(finding("a: \"x") == "1:6 E002 not valid YAML: illegal EOF in scalar; a closing quote is missing");
  CHECK(finding("a: {b: 1\n").find("this '{' is not closed; write '}'") != std::string::npos);
  CHECK(finding("a: *x\n") ==
        "1:4 E002 not valid YAML: the referenced anchor is not defined; define it above with '&'");
  CHECK(finding("a: \"\\q\"\n").find("unknown escape character: q; write \\\\ for a backslash") !=
        std::string::npos);
  CHECK(finding("a: 1\n b: 2\n").substr(0, 12) == "2:3 E002 not");
  CHECK(finding("a: @x\n").find("quote a text that begins with '@'") != std::string::npos);
}

TEST_CASE("a tab in the indentation is named as what it is") {
  CHECK(finding("a:\n\tb: 1\n\tc: 2\n") == "2:1 E002 a line is indented with a tab; indent with spaces");
  CHECK(finding("a:\n  b: 1\n \tc: 2\n") == "3:1 E002 a line is indented with a tab; indent with spaces");
}

TEST_CASE("bytes that no editor shows are refused") {
  CHECK(finding("a: 1\nb: \xFF\n") == "2:4 E003 not UTF-8; save the file as UTF-8");
  CHECK(finding("a: 1\n\x04"
                "b: 2\n") == "2:1 E003 control character U+0004; remove it");
  CHECK(finding(std::string("a: \0b\n", 6)) == "1:4 E003 control character U+0000; remove it");
  CHECK(finding("a: 1\rb: 2\n") == "1:5 E003 control character U+000D; remove it");
  CHECK(finding("\xFF\xFE"
                "a")
            .substr(0, 8) == "1:1 E003");
}

TEST_CASE("what stands behind the document's end is not overlooked") {
  CHECK(finding("- a\nb: 1\n") ==
        "2:1 E002 not valid YAML: this does not belong to what stands above; indent it like its neighbours");
  CHECK(finding("a: 1\n---\nb: 2\n") ==
        "2:1 E004 a second document begins here; keep one document in a file; remove the '---'");
}

TEST_CASE("keys must be texts") {
  Diagnostics found;
  const auto root = yaml::Reader::parse("t.yaml", "a: {{x}: 1, b: 2}\n", found);
  CHECK(found.sorted().at(0).code == "E005");
  CHECK(root.get("a").get("b").integer() == 2);
}

TEST_CASE("deep nesting is refused, not recursed into") {
  for (const char* open : {"[", "{a: ", "- ", "[{a: "}) {
    const std::string text = repeat(open, 100'000);
    CHECK(finding(text).find(" E00") != std::string::npos);
  }
  CHECK(finding(repeat("[", limits::kConfigDepth) + repeat("]", limits::kConfigDepth)) == "nothing");
  CHECK(finding(repeat("[", limits::kConfigDepth + 1) + repeat("]", limits::kConfigDepth + 1)) ==
        "1:65 E004 nested deeper than 64 levels; write it flatter");
}

TEST_CASE("depth that comes from aliases counts too") {
  std::string text = "a0: &a0 [x]\n";
  for (int i = 1; i < 100; ++i)
    text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [*a" + std::to_string(i - 1) + "]\n";
  CHECK(finding(text).find("E004 nested deeper than 64 levels") != std::string::npos);
}

TEST_CASE("an alias bomb is refused before it goes off") {
  std::string text = "a: &a [x,x,x,x,x,x,x,x,x,x]\n";
  for (char c = 'b'; c <= 'j'; ++c) {
    const std::string last = std::string("*") + static_cast<char>(c - 1);
    text += std::string(1, c) + ": &" + c + " [" + repeat(last + ",", 9) + last + "]\n";
  }
  CHECK(finding(text).find("E004 the file's aliases, written out, are larger than 32 MiB") !=
        std::string::npos);
  CHECK(finding("a: &a " + std::string(1'000'000, 'x') + "\nb: [" + repeat("*a,", 50) + "]\n").find("E004") !=
        std::string::npos);
}

TEST_CASE("merging the same map again and again adds nothing") {
  std::string text = "m0: &m0 {k: v}\n";
  for (int i = 1; i < 60; ++i) {
    const std::string n = std::to_string(i), last = "*m" + std::to_string(i - 1);
    text += "m" + n + ": &m" + n + " {<<: [" + last + "," + last + "], x" + n + ": 1}\n";
  }
  Diagnostics found;
  const auto root = yaml::Reader::parse("t.yaml", text, found);
  CHECK(root.get("m59").entries().size() == 60);
  CHECK_FALSE(found.has_errors());
}

TEST_CASE("an alias of what it stands in is refused") {
  CHECK(finding("a: &a [1, *a]\n") ==
        "1:11 E004 this alias stands inside of what it names; write out what is meant");
  CHECK(finding("a: &a\n  b: {<<: *a}\n").find("E004 this alias stands inside") != std::string::npos);
}

TEST_CASE("an unknown tag is reported") {
  CHECK(finding("!!str a: 1\n") == "nothing");
  Diagnostics found;
  (void)yaml::Reader::parse("t.yaml", "a: !secret x\n", found);
  CHECK(found.sorted().at(0).message == "unknown tag '!secret'");
}

TEST_CASE("whatever the bytes, reading ends with a reader or a finding") {
  std::mt19937 random{20230207};
  const std::string seed =
      "rules:\n  - id: &a x\n    when: \"a == 'b'\"\n    list: [*a, {k: v}]\n    text: >-\n      督办 ${x}\n "
      "   <<: {a: 1}\n";
  const std::string_view bits = "[]{}:,-&*!|>'\"#%@`\n\t ?~<\\x督\xFF";
  for (int i = 0; i < 3'000; ++i) {
    std::string text = seed;
    for (auto edits = 1 + random() % 6; edits > 0; --edits) {
      const size_t at = random() % text.size();
      if (random() % 3 == 0)
        text.erase(at, random() % 8);
      else
        text.insert(at, 1, bits[random() % bits.size()]);
      if (text.empty()) text = "x";
    }
    Diagnostics found;
    const auto root = yaml::Reader::parse("t.yaml", text, found);
    REQUIRE((root || found.has_errors() || root.to_json() == "null"));
    for (const auto& rule : root.get("rules").items_or_one()) {
      const auto when = rule.get("when");
      for (size_t offset = 0; offset < 12; ++offset) REQUIRE(when.place_at(offset).line >= 0);
    }
    (void)found.text();
  }
}

TEST_CASE("what Chinese typing does to YAML is named where it stands") {
  CHECK(finding("a: 1\nb：2\nc: 3\n") ==
        "2:2 E002 '：' is a full-width character and ends no key; write ': ', a colon and a space");
  CHECK(finding("a: { b: 1， c: 2 }\n").starts_with("1:10 E002 '，' is a full-width"));
  CHECK(finding("a:\n  -{ b: 1, c: 2 }\n  -{ b: 2 }\n").find("no space after the dash") != std::string::npos);
  CHECK(finding("a: 1\nb:2\nc: 3\n") ==
        "2:2 E002 no space after the colon of a key; write 'b: ' with a space");
  CHECK(finding("a: \"一：二，三\"\n") == "nothing");
  CHECK(finding("a: 一：二，三\n") == "nothing");
}

TEST_CASE("a file may be as large as the bound says") {
  const test::TemporaryFolder folder;
  const auto found = [&](size_t bytes) {
    std::string text(bytes, '#');
    for (size_t i = 100; i < bytes; i += 100) text[i] = '\n';
    Diagnostics findings;
    (void)yaml::Reader::open(folder.write("large.yaml", text), findings);
    return findings.text();
  };
  CHECK(found(limits::kConfigFileBytes) == "");
  CHECK(found(limits::kConfigFileBytes + 1).find("has 8388609 bytes, more than the 8388608 allowed") !=
        std::string::npos);
}
