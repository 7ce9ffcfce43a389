// Every example of docs/rules.md: rule files are loaded against the shipped catalog, calendars and constants,
// rule tests are run, files that are shown with their mistakes give the report that stands below them.
#include <catch2/catch.hpp>
#include <sstream>

#include "app/program.hpp"
#include "app/rule_test.hpp"
#include "app/settings.hpp"

using namespace duban;

namespace {

struct Block {
  std::string info;  // what stands behind the three back ticks
  std::string text;
  int line = 0;
};

std::vector<Block> blocks() {
  std::istringstream page(test::text_of_file(DUBAN_SOURCE_DIR "/docs/rules.md"));
  std::vector<Block> found;
  bool inside = false;
  int number = 0;
  for (std::string line; std::getline(page, line);) {
    ++number;
    if (line.starts_with("```")) {
      inside = !inside;
      if (inside) found.push_back({line.substr(3), "", number + 1});
    } else if (inside) {
      found.back().text += line + "\n";
    }
  }
  REQUIRE_FALSE(inside);
  return found;
}

const rule::Sources& shipped() {
  static Diagnostics out;
  static const app::Loaded loaded = app::load_all(DUBAN_SOURCE_DIR "/config/duban.yaml", out);
  REQUIRE(loaded.configuration != nullptr);
  return loaded.settings.sources;
}

/// What `duban check` says of one file, under its own name.
std::string report(const test::TemporaryFolder& folder, const std::string& name, const std::string& text) {
  folder.write(name, text);
  rule::Sources sources = shipped();
  sources.rules = {folder.file(name)};
  Diagnostics out;
  rule::load(sources, out);
  std::string found = out.text();
  const std::string prefix = folder.file(name).substr(0, folder.file(name).size() - name.size());
  for (size_t at = found.find(prefix); at != std::string::npos; at = found.find(prefix))
    found.erase(at, prefix.size());
  return found;
}

std::string indented(const std::string& text, const std::string& by) {
  std::istringstream lines(text);
  std::string out;
  for (std::string line; std::getline(lines, line);) out += by + line + "\n";
  return out;
}

/// Some keys of a rule, completed to one: `yaml rule` about a hazard, `yaml rule unit` about a unit.
std::string rule_of(const Block& block) {
  const std::string subject = block.info == "yaml rule" ? "hazard" : block.info.substr(10);
  std::string text = "rules:\n  - id: fragment\n    subject: " + subject + "\n";
  if (block.text.find("ladder:") != std::string::npos)
    text += "    when: has(hazard.due)\n    due: hazard.due\n";
  else
    text += "    trigger: { every: month }\n    when: unit.kind == 'department'\n";
  text += indented(block.text, "    ");
  if (block.text.find("stages:") == std::string::npos)
    text += "    stages: [{ id: now, at: opened, level: remind, to: [unit] }]\n";
  return text;
}

void check_rule_test(const test::TemporaryFolder& folder, const Block& block) {
  folder.write("guide.test.yaml", block.text);
  Diagnostics out;
  const auto file = app::load_rule_tests(folder.file("guide.test.yaml"), shipped(), out);
  INFO(out.text());
  REQUIRE(file);
  for (const app::RuleTest& test : file->tests) {
    const app::Verdict verdict = app::run_rule_test(test, *file);
    for (const app::Finding& finding : verdict.findings)
      if (finding.kind != app::Finding::Kind::as_expected) UNSCOPED_INFO(finding.what);
    CHECK(verdict.passed);
  }
}

/// Each line is a trigger of its own.
void check_triggers(const test::TemporaryFolder& folder, const Block& block) {
  std::istringstream lines(block.text);
  for (std::string line; std::getline(lines, line);) {
    INFO(line);
    const bool of_warning = line.find("weather.warning") != std::string::npos;
    CHECK(report(folder, "trigger.yaml",
                 "rules:\n  - id: fragment\n    subject: hazard\n    " + line + "\n    when: hazard.open" +
                     (of_warning ? " && within(hazard.area, trigger.areas)" : "") +
                     "\n    stages: [{ id: now, at: opened, level: remind, to: [unit] }]\n") == "");
  }
}

}  // namespace

TEST_CASE("the guide's rules load, its tests pass, its mistakes are reported as it says") {
  const test::TemporaryFolder folder;
  const std::vector<Block> page = blocks();
  int rules = 0, tests = 0, mistakes = 0;
  for (size_t i = 0; i < page.size(); ++i) {
    const Block& block = page[i];
    INFO("docs/rules.md:" << block.line << " ```" << block.info);
    if (block.info == "yaml test") {
      check_rule_test(folder, block), ++tests;
    } else if (block.info == "yaml trigger") {
      check_triggers(folder, block);
    } else if (block.info.starts_with("yaml rule")) {
      // The reference's fragments name the shipped ladder `hazard`.
      folder.write("ladders.yaml", test::text_of_file(DUBAN_SOURCE_DIR "/rules/hazard-rectification.yaml"));
      rule::Sources sources = shipped();
      folder.write("fragment.yaml", rule_of(block));
      sources.rules = {folder.file("ladders.yaml"), folder.file("fragment.yaml")};
      Diagnostics out;
      rule::load(sources, out);
      INFO(out.text());
      CHECK_FALSE(out.has_errors());
    } else if (block.info.starts_with("yaml wrong ")) {
      REQUIRE(i + 1 < page.size());
      REQUIRE(page[i + 1].info == "text");
      CHECK(report(folder, block.info.substr(11), block.text) == page[i + 1].text);
      ++mistakes;
    } else if (block.info.starts_with("yaml ")) {
      CHECK(report(folder, block.info.substr(5), block.text) == "");
      ++rules;
    } else {
      CHECK((block.info == "text" || block.info.empty()));
    }
  }
  CHECK(rules >= 8);
  CHECK(tests >= 4);
  CHECK(mistakes >= 3);
}
