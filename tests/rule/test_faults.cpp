#include <algorithm>
#include <catch2/catch.hpp>
#include <sstream>

#include "core/yaml.hpp"
#include "rule/fixture.hpp"
#include "rule/route.hpp"

using namespace duban;
namespace fs = std::filesystem;

namespace {

const std::string kFolder = std::string(DUBAN_SOURCE_DIR) + "/tests/rule/faults/";

std::string text_of(const fs::path& path) {
  std::ifstream stream(path);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

/// What `duban check` says of one file, with the folder taken off its name.
std::string report(const fs::path& path) {
  Diagnostics out;
  const std::string text = text_of(path);
  rule::Sources sources = test::fixture_sources();
  if (path.filename().string().find("-route-") != std::string::npos) {
    sources.routes_file = path.string();
  } else {
    sources.rules = {path.string()};
  }
  constexpr std::string_view kToday = "# today: ";
  if (text.starts_with(kToday)) sources.today = Date::parse(text.substr(kToday.size(), 10));
  rule::load(sources, out);
  std::string found = out.text();
  for (size_t at = found.find(kFolder); at != std::string::npos; at = found.find(kFolder))
    found.erase(at, kFolder.size());
  return found;
}

}  // namespace

// DUBAN_UPDATE_GOLDEN=1 writes the reports anew; read the difference before committing it.
TEST_CASE("every fault of a rule file is reported with its place, its code and what to do") {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(kFolder)) {
    if (entry.path().extension() == ".yaml") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  REQUIRE(files.size() > 60);
  for (const fs::path& file : files) {
    fs::path expected = file;
    expected.replace_extension(".expected");
    const std::string found = report(file);
    INFO(file.filename().string());
    CHECK_FALSE(found.empty());
    if (std::getenv("DUBAN_UPDATE_GOLDEN") != nullptr) std::ofstream(expected) << found;
    CHECK(found == text_of(expected));
  }
}
