#include "layout/promises.hpp"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>

using namespace layout;

namespace {

const std::filesystem::path kRoot{DUBAN_SOURCE_DIR};

std::string text_of(const std::filesystem::path& path) {
  std::ifstream stream{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{stream}, {}};
}

const std::set<std::string>& all_tests() {
  static const std::set<std::string> tests = [] {
    std::set<std::string> found;
    for (const auto& entry : std::filesystem::recursive_directory_iterator{kRoot / "tests"})
      if (entry.path().extension() == ".cpp" || entry.path().extension() == ".py")
        for (std::string& name : test_names(text_of(entry.path()))) found.insert(std::move(name));
    return found;
  }();
  return tests;
}

}  // namespace

TEST_CASE("the tests that guarantees and limits name are there") {
  CHECK(all_tests().size() > 500);
  for (const char* document : {"docs/guarantees.md", "docs/limits.md"}) {
    INFO(document);
    CHECK(named_tests(text_of(kRoot / document)).size() > 20);
    CHECK(unknown_tests(text_of(kRoot / document), all_tests()) == std::vector<std::string>{});
  }
}

TEST_CASE("every limit stands in docs/limits.md with a test that shows it") {
  const std::string document = text_of(kRoot / "docs/limits.md");
  for (const char* header : {"daemon/core/limits.hpp", "daemon/api/limits.hpp"}) {
    INFO(header);
    CHECK(limits_of(text_of(kRoot / header)).size() > 20);
    CHECK(limits_without_test(text_of(kRoot / header), document) == std::vector<std::string>{});
  }
}

TEST_CASE("names of tests are read from both languages") {
  CHECK(test_names(
            "TEST_CASE(\n    \"one \"\n    \"and \\\"two\\\"\") {}\nTEST_CASE(\"Kafka: x\", \"[.]\")\n") ==
        std::vector<std::string>{"one and \"two\"", "Kafka: x"});
  CHECK(test_names("import os\ndef test_a_b(place):\n    def test_inner(): pass\n") ==
        std::vector<std::string>{"a b"});
}

TEST_CASE("a test that a table names and that is not there is told, elsewhere asterisks are emphasis") {
  const std::string document =
      "*Once* is **bold**.\n| `x`: *a b*; *Kafka thing* | **strong** |\n| *gone* |\n";
  CHECK(named_tests(document) == std::vector<std::string>{"a b", "Kafka thing", "gone"});
  CHECK(unknown_tests(document, {"a b", "Kafka: Kafka thing"}) == std::vector<std::string>{"gone"});
}

TEST_CASE("a limit without a row, or in a row without a test, is told") {
  const std::string header =
      "inline constexpr size_t kOne = 1;\ninline constexpr std::chrono::seconds kTwo{2};\nconstexpr int "
      "kPrivate = 3;\n"
      "inline constexpr uint64_t kThree = 3;\n";
  CHECK(limits_of(header) == std::vector<std::string>{"kOne", "kTwo", "kThree"});
  CHECK(limits_without_test(header, "| `kOne` | *shown* |\n| `kTwo` | not shown |\nkThree *so*\n") ==
        std::vector<std::string>{"kTwo", "kThree"});
}
