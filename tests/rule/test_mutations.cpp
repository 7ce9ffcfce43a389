#include <algorithm>
#include <catch2/catch.hpp>
#include <random>
#include <sstream>

#include "rule/constants.hpp"
#include "rule/fixture.hpp"
#include "rule/measure_reader.hpp"
#include "rule/rule_set_reader.hpp"

using namespace duban;
using namespace duban::rule;
namespace fs = std::filesystem;

namespace {

std::string text_of(const fs::path& path) {
  std::ifstream stream(path);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

/// What a slip of the hand, a bad merge or a broken disk makes of a file.
std::string mutated(std::string text, std::mt19937& random) {
  static const std::vector<std::string> pieces = {"{",
                                                  "}",
                                                  "[",
                                                  "]",
                                                  ": ",
                                                  "- ",
                                                  "'",
                                                  "\"",
                                                  "\n",
                                                  "    ",
                                                  "due",
                                                  "&&",
                                                  "(",
                                                  "${",
                                                  "}",
                                                  "$x",
                                                  "null",
                                                  "-1",
                                                  "99999999999999999999",
                                                  "\xE9\x9A\x90",
                                                  "\x00\x01",
                                                  "&a",
                                                  "*a",
                                                  "off: true",
                                                  "trigger.",
                                                  "unit",
                                                  "@city"};
  const auto below = [&](size_t n) { return n == 0 ? 0 : random() % n; };
  for (size_t times = 1 + below(4); times > 0; --times) {
    const size_t at = below(text.size());
    const size_t length = below(std::min<size_t>(40, text.size() - at));
    switch (below(4)) {
      case 0:
        text.erase(at, length);
        break;
      case 1:
        text.insert(at, pieces[below(pieces.size())]);
        break;
      case 2:
        text.insert(at, text.substr(below(text.size()), length));
        break;
      default:
        text.replace(at, length, pieces[below(pieces.size())]);
    }
  }
  return text;
}

}  // namespace

TEST_CASE("whatever a rule file holds, it loads or its faults are said at places within it") {
  Diagnostics base_out;
  const auto configuration = test::load_rules("rules: []", base_out);
  REQUIRE(configuration != nullptr);
  cel::Environment base;
  add_functions(base);
  const auto settings = yaml::Reader::parse("constants", test::fixture_sources().constants_yaml, base_out);
  const ConstantTexts constants = read_constants(settings, base);

  std::vector<std::string> texts;
  for (const char* folder : {"/tests/rule/faults", "/rules"}) {
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(std::string(DUBAN_SOURCE_DIR) + folder))
      if (entry.path().extension() == ".yaml") files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    for (const auto& file : files) texts.push_back(text_of(file));
  }
  std::mt19937 random(20230207);
  size_t faulty = 0, sound = 0;
  for (int round = 0; round < 20'000; ++round) {
    const std::string text = mutated(texts[random() % texts.size()], random);
    const auto lines = static_cast<int>(std::count(text.begin(), text.end(), '\n')) + 1;
    Diagnostics out;
    std::vector<Measure> measures;
    const Loading loading{
        *configuration->catalog, *configuration->calendar, base, constants, out, {}, measures};
    const std::vector<yaml::Reader> files{yaml::Reader::parse("mutated.yaml", text, out)};
    measures = read_measures(files, loading);
    const RuleSet set = read_rules(files, loading);
    (out.has_errors() ? faulty : sound) += 1;
    for (const Diagnostic& finding : out.sorted()) {
      const bool placed = finding.place.file == "mutated.yaml" && finding.place.line <= lines &&
                          finding.place.line >= 0 && !finding.message.empty() && !finding.code.empty();
      if (!placed) FAIL("round " << round << ": " << out.text());
    }
    if (!out.has_errors())
      for (const auto& rule : set.rules) CHECK_FALSE(rule->stages.empty());
  }
  CHECK(faulty > 10'000);
  CHECK(sound > 20);
}
