#include <nlohmann/json.hpp>

#include "app/program.hpp"

using namespace duban::test;

TEST_CASE("the shipped configuration is without findings") {
  const Ran ran = run_duban("check --strict --today 2025-06-01");
  CHECK(ran.error == "");
  CHECK(ran.code == 0);
  CHECK(ran.out.find(" files: 0 errors, 0 warnings\n") != std::string::npos);
}

TEST_CASE("every shipped file is recognised by its keys and is without findings of its own") {
  const Ran ran = run_duban(
      "check --strict --today 2025-06-01 config/duban.yaml config/routes.yaml config/directory.yaml "
      "config/catalog "
      "config/calendar rules tests/rules");
  CHECK(ran.error == "");
  CHECK(ran.code == 0);
}

TEST_CASE("every finding of a file is reported with its place, as text and as JSON") {
  const std::string arguments =
      std::string("check") + kFixture + "--today 2025-06-01 tests/app/fixture/bad/rules.yaml";
  const Ran text = run_duban(arguments);
  CHECK(text.code == 1);
  check_golden("check-rules.txt", text.error + text.out);
  const Ran json = run_duban(arguments + " --format json");
  CHECK(json.code == 1);
  CHECK(json.error == "");
  check_golden("check-rules.json", json.out);
  const auto report = nlohmann::json::parse(json.out);
  CHECK(report["errors"] == report["findings"].size());
}

TEST_CASE("files of each kind are checked against the rest of the configuration") {
  for (const std::string kind :
       {"catalog", "calendar", "routes", "directory", "settings", "tests", "unknown"}) {
    const Ran ran = run_duban(std::string("check") + kFixture + "--today 2025-06-01 tests/app/fixture/bad/" +
                              kind + ".yaml");
    CHECK(ran.code == 1);
    check_golden("check-" + kind + ".txt", ran.error + ran.out);
  }
}

TEST_CASE("channels that reach no person, and posts that no channel of a route reaches, are told") {
  const std::string folder = "tests/app/fixture/people/";
  const Ran all = run_duban("check --today 2025-06-01 --config " + folder + "duban.yaml");
  CHECK(all.code == 0);
  check_golden("check-people.txt", all.error + all.out);
  const Ran routes =
      run_duban("check --today 2025-06-01 --config " + folder + "duban.yaml " + folder + "routes.yaml");
  CHECK(routes.error == all.error);
}

TEST_CASE("a warning fails only if it is asked to") {
  const TemporaryFolder folder;
  const std::string unit =
      folder.write("directory.yaml",
                   "units: [{ unit_id: T-1, kind: town, name: 镇, area: '341004101', indutries: [fire] }]\n");
  const Ran lenient = run_duban(std::string("check") + kFixture + "--today 2025-06-01 " + unit);
  CHECK(lenient.code == 0);
  CHECK(lenient.error.find("did you mean 'industries'?") != std::string::npos);
  CHECK(lenient.out == "1 file: 0 errors, 1 warning\n");
  CHECK(run_duban(std::string("check --strict") + kFixture + "--today 2025-06-01 " + unit).code == 1);
}

TEST_CASE("a missing file is a finding") {
  const Ran ran = run_duban(std::string("check") + kFixture + "no-such-file.yaml");
  CHECK(ran.code == 1);
  CHECK(ran.error.find("no-such-file.yaml: E001") != std::string::npos);
}
