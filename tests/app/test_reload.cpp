#include "app/virtual_daemon.hpp"

using namespace duban;
using namespace duban::test;

TEST_CASE(
    "a rule file that is changed is taken up by itself, a broken one is refused and told, a good one heals "
    "it") {
  Running running("2026-06-01T10:00");
  const std::string first = running.version();
  running.folder.write("rules/a.yaml", rules("due - 5wd"));
  REQUIRE(running.until([&] { return running.version() != first; }));
  const std::string second = running.version();
  CHECK(running.notes() == "");

  running.folder.write("rules/a.yaml", rules("due - 5xd"));
  REQUIRE(running.until([&] { return running.notes() != ""; }));
  CHECK(running.notes().find("files are refused") != std::string::npos);
  CHECK(running.notes().find("rules/a.yaml:1:") != std::string::npos);
  CHECK(running.version() == second);

  running.folder.write("rules/a.yaml", rules("due - 5wd"));
  REQUIRE(running.until([&] { return running.notes() == ""; }));
  CHECK(running.version() == second);
}

TEST_CASE("a file that is renamed into its place, one that is new and one that is deleted are noticed") {
  Running running("2026-06-01T10:00");
  const std::string first = running.version();
  running.folder.write("a.new", rules("due - 4wd"));
  std::filesystem::rename(running.folder.file("a.new"), running.folder.file("rules/a.yaml"));
  REQUIRE(running.until([&] { return running.version() != first; }));
  const std::string second = running.version();
  running.folder.write("rules/b.yaml", "ladders: {}\n");
  REQUIRE(running.until([&] { return running.version() != second; }));
  std::filesystem::remove(running.folder.file("rules/b.yaml"));
  REQUIRE(running.until([&] { return running.version() == second; }));
}

TEST_CASE("a folder of rules that is replaced as a whole is noticed, and watched from then on") {
  Running running("2026-06-01T10:00");
  const std::string first = running.version();
  std::filesystem::create_directories(running.folder.file("next"));
  running.folder.write("next/a.yaml", rules("due - 4wd"));
  std::filesystem::rename(running.folder.file("rules"), running.folder.file("before"));
  std::filesystem::rename(running.folder.file("next"), running.folder.file("rules"));
  REQUIRE(running.until([&] { return running.version() != first; }));
  const std::string second = running.version();
  running.folder.write("rules/a.yaml", rules("due - 5wd"));
  REQUIRE(running.until([&] { return running.version() != second; }));
}

TEST_CASE("the watch is switched off by its setting, and on again by a reload that is asked for") {
  Running running("2026-06-01T10:00", "false");
  const std::string first = running.version();
  running.folder.write("rules/a.yaml", rules("due - 5wd"));
  running.loop.run_for(std::chrono::milliseconds(200));
  CHECK(running.version() == first);
  running.settings("true");
  running.daemon->reload();
  REQUIRE(running.until([&] { return running.version() != first; }));
  const std::string second = running.version();
  running.folder.write("rules/a.yaml", rules("due - 4wd"));
  REQUIRE(running.until([&] { return running.version() != second; }));
}

TEST_CASE("reloads that are asked for while one is under way are not forgotten") {
  Running running("2026-06-01T10:00", "false");
  const std::string first = running.version();
  running.folder.write("rules/a.yaml", rules("due - 5wd"));
  running.daemon->reload();
  running.folder.write("rules/a.yaml", rules("due - 6wd"));
  running.daemon->reload();
  Diagnostics findings;
  const std::string last = app::load_all(running.folder.file("duban.yaml"), findings).configuration->version;
  CHECK(running.until([&] { return running.version() == last; }));
}

TEST_CASE(
    "from 1 December on the operator is told that next year's arrangement is missing, until it is there") {
  Running running("2026-11-30T23:00");
  CHECK(running.notes() == "");
  running.clock.set(Zone::shanghai().parse("2026-12-01T00:00").value());
  running.daemon->wake();
  CHECK(running.notes().find("the arrangement of 2027 is missing in " + running.folder.file("calendar")) !=
        std::string::npos);
  running.folder.write("calendar/2027.yaml",
                       "year: 2027\nnotice: { url: https://www.gov.cn/x }\nholidays:\n"
                       "  - { id: new-year, name: 元旦, off: 2027-01-01..2027-01-03 }\n");
  REQUIRE(running.until([&] { return running.notes() == ""; }));
  CHECK(running.daemon->configuration().calendar->published(2027));
}
