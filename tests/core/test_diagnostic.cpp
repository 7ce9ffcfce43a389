#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "core/diagnostic.hpp"

using namespace duban;

TEST_CASE("a finding is printed with its place, code, hint, line and caret") {
  Diagnostics found;
  found.add_source("rules/flood.yaml", "rules:\n  - when: \"trigger.type == 'rainstrom'\"\n");
  found.error("E012", {"rules/flood.yaml", 2, 28}, "unknown weather type 'rainstrom'",
              "did you mean 'rainstorm'?");
  CHECK(found.text() ==
        "rules/flood.yaml:2:28: E012 unknown weather type 'rainstrom'; did you mean 'rainstorm'?\n"
        "      - when: \"trigger.type == 'rainstrom'\"\n"
        "                               ^\n");
}

TEST_CASE("the caret stands below its character after Chinese text and tabs") {
  Diagnostics found;
  found.add_source("a.yaml", "title:\t暴雨 x\n");
  found.error("E001", {"a.yaml", 1, 11}, "bad");
  CHECK(found.text() == "a.yaml:1:11: E001 bad\n    title:\t暴雨 x\n          \t\u3000\u3000 ^\n");
}

TEST_CASE("a caret may stand behind the end of its line, not further") {
  Diagnostics found;
  found.add_source("a.yaml", "ab\n");
  found.error("E001", {"a.yaml", 1, 99}, "bad");
  CHECK(found.text() == "a.yaml:1:99: E001 bad\n    ab\n      ^\n");
}

TEST_CASE("a finding about a whole file or about none has no excerpt") {
  Diagnostics found;
  found.add_source("a.yaml", "ab\n");
  found.error("E001", {"a.yaml", 0, 0}, "cannot be read");
  found.error("E009", {}, "no file at all");
  found.error("E003", {"a.yaml", 7, 1}, "behind the end");
  found.error("E002", {"missing.yaml", 3, 0}, "no source");
  CHECK(found.text() ==
        "E009 no file at all\na.yaml: E001 cannot be read\na.yaml:7:1: E003 behind the end\nmissing.yaml:3: "
        "E002 no source\n");
}

TEST_CASE("excerpts have no line end and no byte order mark, however the file was written") {
  Diagnostics found;
  found.error("E001", {"a.yaml", 1, 1}, "first");
  found.error("E001", {"a.yaml", 2, 1}, "second");
  found.add_source("a.yaml",
                   "\xEF\xBB\xBF"
                   "a: 1\r\nb: 2");
  const auto all = found.sorted();
  CHECK(all[0].excerpt == "a: 1");
  CHECK(all[1].excerpt == "b: 2");
}

TEST_CASE("findings come in order of place and code, repetitions once") {
  Diagnostics found;
  found.warning("W002", {"b.yaml", 1, 1}, "last");
  found.error("E002", {"a.yaml", 10, 1}, "late");
  found.error("E003", {"a.yaml", 2, 5}, "second code");
  found.error("E001", {"a.yaml", 2, 5}, "first code");
  found.error("E001", {"a.yaml", 2, 5}, "first code");
  const auto all = found.sorted();
  REQUIRE(all.size() == 4);
  CHECK(all[0].code == "E001");
  CHECK(all[1].code == "E003");
  CHECK(all[2].place.line == 10);
  CHECK(all[3].gravity == Gravity::warning);
  CHECK(found.error_count() == 4);
}

TEST_CASE("warnings alone are no errors") {
  Diagnostics found;
  found.warning("W001", {"a.yaml", 1, 1}, "odd");
  CHECK_FALSE(found.has_errors());
  found.error("E001", {"a.yaml", 1, 1}, "wrong");
  CHECK(found.has_errors());
}

TEST_CASE("of a very long line the part around the finding is shown") {
  Diagnostics found;
  found.add_source("a.yaml", std::string(10'000, 'a') + "X" + std::string(10'000, 'b'));
  found.error("E001", {"a.yaml", 1, 10'001}, "bad");
  const std::string text = found.text();
  CHECK(text.size() < 500);
  const size_t line = text.find("    … "), caret = text.rfind("^");
  const size_t caret_line = text.rfind('\n', caret) + 1;
  CHECK(text[line + (caret - caret_line) + 2] == 'X');  // "…" takes two bytes more than it has columns
}

TEST_CASE("control characters of a file do not reach the terminal") {
  Diagnostics found;
  found.add_source("a.yaml", "a: \x1b[31m\xFF");
  found.error("E001", {"a.yaml", 1, 4}, "bad '\x1b'", "not \x07");
  const std::string text = found.text();
  CHECK(text.find_first_of("\x1b\x07\xFF") == std::string::npos);
  CHECK(text.find("\uFFFD[31m\uFFFD") != std::string::npos);
}

TEST_CASE("findings as JSON keep every part, even of broken text") {
  Diagnostics found;
  found.add_source("a.yaml", "标题: \"\xFF\"\n");
  found.warning("W003", {"a.yaml", 1, 5}, "says \"x\"", "hint");
  const auto list = nlohmann::json::parse(found.json());
  REQUIRE(list.size() == 1);
  CHECK(list[0] == nlohmann::json{{"gravity", "warning"},
                                  {"code", "W003"},
                                  {"file", "a.yaml"},
                                  {"line", 1},
                                  {"column", 5},
                                  {"message", "says \"x\""},
                                  {"hint", "hint"},
                                  {"excerpt", "标题: \"\uFFFD\""}});
  CHECK(nlohmann::json::parse(Diagnostics{}.json()).empty());
}

TEST_CASE("the nearest name is found through slips of the finger") {
  const std::vector<std::string> types{"rainstorm", "snowstorm", "typhoon", "hail", "heat_wave"};
  CHECK(nearest("rainstrom", types) == "rainstorm");
  CHECK(nearest("tyfoon", types) == "typhoon");
  CHECK(nearest("Hail", types) == "hail");
  CHECK(nearest("HEAT-WAVE", types) == "heat_wave");
  CHECK(nearest("flood", types).empty());
  CHECK(nearest("", types).empty());
  CHECK(nearest("x", {"y"}).empty());
  CHECK(nearest("rainstorm", {}).empty());
  CHECK(nearest("消房", {"矿山", "消防"}) == "消防");
  CHECK(nearest(std::string(100'000, 'a'), types).empty());
}

TEST_CASE("of equally near names the first is taken") {
  CHECK(nearest("cat", {"bat", "car"}) == "bat");
  CHECK(nearest("car", {"cat", "car"}) == "car");
}

TEST_CASE("a hint names the nearest or lists what was expected") {
  CHECK(suggest("opend", {"opened", "ended"}) == "did you mean 'opened'?");
  CHECK(suggest("zzz", {"opened", "ended"}) == "expected one of opened, ended");
  CHECK(suggest("zzz", {"opened"}) == "expected opened");
  CHECK(suggest("zzz", {}).empty());
  CHECK(suggest("zzzzzzzz", std::vector<std::string>(20, "n")).size() < 80);
}
