#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "rule/fixture.hpp"

using namespace duban;
namespace fs = std::filesystem;

namespace {

const fs::path kRoot = DUBAN_SOURCE_DIR;

std::string text_of(const fs::path& path) {
  std::ifstream stream(path);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

std::set<std::string> matches(const std::string& text, const std::regex& pattern) {
  std::set<std::string> found;
  for (auto it = std::sregex_iterator(text.begin(), text.end(), pattern); it != std::sregex_iterator(); ++it)
    found.insert((*it)[1].str());
  return found;
}

/// Codes that the folders of `daemon/` which read files can report.
std::set<std::string> codes_in_use() {
  static const std::regex comment("//[^\n]*");
  static const std::regex quoted("\"([EW][0-9]{3})\"");
  std::set<std::string> codes;
  for (const char* folder : {"core", "cel", "calendar", "event", "rule"}) {
    for (const auto& entry : fs::directory_iterator(kRoot / "daemon" / folder))
      codes.merge(matches(std::regex_replace(text_of(entry.path()), comment, ""), quoted));
  }
  return codes;
}

/// Codes of settings are the program's own and stand in a section of their own.
std::set<std::string> documented() {
  static const std::regex row("\n\\| ([EW][0-7][0-9]{2}) \\|");
  return matches(text_of(kRoot / "docs/errors.md"), row);
}

std::string listed(const std::set<std::string>& codes) {
  std::string text;
  for (const auto& code : codes) text += code + " ";
  return text;
}

std::set<std::string> codes_of(const rule::Sources& sources) {
  Diagnostics out;
  CHECK(test::load_rules("rules: []", out, sources) == nullptr);
  std::set<std::string> codes;
  for (const auto& finding : out.sorted()) codes.insert(finding.code);
  return codes;
}

}  // namespace

TEST_CASE("every code is documented, and every documented code exists") {
  const auto used = codes_in_use();
  REQUIRE(used.size() > 60);
  CHECK(listed(used) == listed(documented()));
}

TEST_CASE("every code of catalogs, rules and routes has a report that shows it") {
  static const std::regex code("\n?[^\n]*:[0-9]+: ([EW][0-9]{3}) ");
  std::set<std::string> shown;
  for (const char* folder : {"tests/rule/faults", "tests/event/catalog_faults"}) {
    for (const auto& entry : fs::directory_iterator(kRoot / folder)) {
      if (entry.path().extension() == ".expected") shown.merge(matches(text_of(entry.path()), code));
    }
  }
  std::set<std::string> missing;
  for (const auto& used : codes_in_use()) {
    const bool ours = used[1] == '2' || used[1] == '4' || used[1] == '5' || used.starts_with("W00");
    if (ours && !shown.contains(used)) missing.insert(used);
  }
  CHECK(listed(missing) == "E413 E503 E504 E505 ");  // the tests below
}

TEST_CASE("what settings say of rules is checked with them") {
  auto sources = test::fixture_sources();
  sources.constants_yaml = "{ Limit: 10 }";
  CHECK(codes_of(sources) == std::set<std::string>{"E503"});
  sources = test::fixture_sources();
  sources.constants_yaml = "[1, 2]";
  CHECK(codes_of(sources) == std::set<std::string>{"E503"});
  sources = test::fixture_sources();
  sources.zone = "Asia/Peking";
  CHECK(codes_of(sources) == std::set<std::string>{"E504"});
  sources = test::fixture_sources();
  sources.automatic["urge"] = {"34"};
  CHECK(codes_of(sources) == std::set<std::string>{"E505"});
}

TEST_CASE("ladders have one name over all files") {
  const test::TemporaryFolder folder;
  auto sources = test::fixture_sources();
  const std::string ladder = "ladders: { l: [{ id: now, at: opened, level: remind, to: [unit] }] }\n";
  sources.rules = {folder.write("a.yaml", ladder), folder.write("b.yaml", ladder)};
  Diagnostics out;
  CHECK(rule::load(sources, out) == nullptr);
  REQUIRE(out.sorted().size() == 2);  // and the first is used by no rule
  CHECK(out.sorted()[1].code == "E413");
  CHECK(out.sorted()[1].hint.find("a.yaml:1") != std::string::npos);
}

TEST_CASE("the shipped catalog, calendars, routes and rules load without an error") {
  rule::Sources sources;
  sources.catalog_directory = kRoot / "config/catalog";
  sources.calendar_directory = kRoot / "config/calendar";
  sources.routes_file = kRoot / "config/routes.yaml";
  sources.rules = {kRoot / "rules"};
  Diagnostics out;
  const auto settings = yaml::Reader::open(kRoot / "config/duban.yaml", out);
  sources.constants_yaml = settings.get("constants").to_json();
  for (const auto& [name, channel] : settings.get("channels").entries()) sources.channels.push_back(name);
  const auto configuration = rule::load(sources, out);
  INFO(out.text());
  REQUIRE(configuration != nullptr);
  CHECK(configuration->rules.rules.size() > 10);
  for (const auto& finding : out.sorted()) CHECK(finding.place.file.find("/rules/") == std::string::npos);
}
