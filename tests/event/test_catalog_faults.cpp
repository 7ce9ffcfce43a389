#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "event/catalog.hpp"
#include "support/temporary_folder.hpp"

using namespace duban;
namespace fs = std::filesystem;

namespace {

std::string text_of(const fs::path& path) {
  std::ifstream stream(path);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

/// What is said of a catalog that is this one file, with the folder taken off its name.
std::string report(const fs::path& file) {
  const test::TemporaryFolder folder;
  fs::copy_file(file, folder.file(file.filename().string()));
  Diagnostics out;
  event::Catalog::load(folder.file(""), {}, out);
  std::string found = out.text();
  const std::string prefix = folder.file("");
  for (size_t at = found.find(prefix); at != std::string::npos; at = found.find(prefix))
    found.erase(at, prefix.size());
  return found;
}

}  // namespace

// DUBAN_UPDATE_GOLDEN=1 writes the reports anew; read the difference before committing it.
TEST_CASE("every fault of a catalog is reported with its place, its code and what to do") {
  std::vector<fs::path> files;
  for (const auto& entry :
       fs::directory_iterator(std::string(DUBAN_SOURCE_DIR) + "/tests/event/catalog_faults")) {
    if (entry.path().extension() == ".yaml") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  REQUIRE(files.size() > 30);
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
