// Each folder of tests/calendar/bad holds files with one kind of mistake and the report that a user gets of
// them.
#include <cstdlib>
#include <filesystem>

#include "calendar/data.hpp"
#include "support.hpp"

namespace duban::calendar {
namespace {

namespace fs = std::filesystem;

/// The faulty files under their bare names, and the shipped statutory.yaml unless they bring their own.
std::vector<SourceFile> files_of(const fs::path& folder) {
  std::vector<SourceFile> files;
  bool statutory = false;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() != ".yaml") continue;
    files.push_back({entry.path().filename().string(), content(entry.path().string())});
    statutory |= files.back().name == "statutory.yaml";
  }
  if (!statutory) files.push_back({"statutory.yaml", content(kConfig + "/statutory.yaml")});
  std::sort(files.begin(), files.end(), [](auto& a, auto& b) { return a.name < b.name; });
  return files;
}

TEST_CASE("every mistake in calendar files is reported with its place and remedy") {
  size_t seen = 0;
  for (const auto& entry : fs::directory_iterator(kTests + "/bad")) {
    Diagnostics found;
    build(files_of(entry.path()), found);
    const auto expected = entry.path() / "report";
    if (std::getenv("DUBAN_WRITE_GOLDEN")) std::ofstream(expected) << found.text();
    INFO(entry.path().filename().string());
    CHECK(found.has_errors());
    CHECK(found.text() == content(expected.string()));
    ++seen;
  }
  CHECK(seen >= 15);
}

TEST_CASE("a folder that is not there is an error, and the calendar can be asked all the same") {
  Diagnostics found;
  const auto calendar = Calendar::load("/nowhere/at/all", found);
  REQUIRE(calendar);
  CHECK(found.has_errors());
  CHECK(found.sorted().front().code == "E301");
  CHECK(calendar->is_workday(day("2023-01-19")));
  CHECK(calendar->holiday_ids().empty());
}

TEST_CASE("the shipped files load without a finding") {
  Diagnostics found;
  const auto calendar = Calendar::load(kConfig, found);
  CHECK(found.text() == "");
  CHECK(calendar->last_published_year() == 2026);
}

TEST_CASE("a calendar loads again from its text, without its folder") {
  Diagnostics found;
  const auto again = Calendar::from_text(shipped().text(), found);
  REQUIRE_FALSE(found.has_errors());
  CHECK(again->text() == shipped().text());
  CHECK(again->add_workdays(day("2023-01-19"), 10) == day("2023-02-07"));
  CHECK(again->season_ids() == shipped().season_ids());
}

TEST_CASE("a text that no calendar gave is refused") {
  for (const std::string text : {"year: 2023", "#file 2023.yaml", "#file 2023.yaml x\nyear: 2023\n",
                                 "#file 2023.yaml 9999\nyear: 2023\n"}) {
    Diagnostics found;
    INFO(text);
    CHECK(Calendar::from_text(text, found));
    CHECK(found.has_errors());
  }
  Diagnostics found;
  const std::string whole = shipped().text();
  CHECK(Calendar::from_text(std::string_view(whole).substr(0, whole.size() / 2), found));
  CHECK(found.has_errors());
}

}  // namespace
}  // namespace duban::calendar
