#include <nlohmann/json.hpp>

#include "app/program.hpp"
#include "app/rule_test_match.hpp"

using namespace duban::test;

TEST_CASE("a rule test passes if what was said is what it expects") {
  const Ran ran = run_duban(std::string("test") + kFixture + "tests/app/fixture/good.test.yaml");
  CHECK(ran.error == "");
  CHECK(ran.code == 0);
  check_golden("test-pass.txt", ran.out);
  const Ran verbose =
      run_duban(std::string("test --verbose") + kFixture + "tests/app/fixture/good.test.yaml");
  check_golden("test-pass-verbose.txt", verbose.out);
}

TEST_CASE("a failed rule test shows what was expected, what was said instead and what nobody expected") {
  const std::string arguments = std::string("test") + kFixture + "tests/app/fixture/failing.test.yaml";
  const Ran text = run_duban(arguments);
  CHECK(text.code == 1);
  check_golden("test-fail.txt", text.out);
  const Ran json = run_duban(arguments + " --format json");
  CHECK(json.code == 1);
  check_golden("test-fail.json", json.out);
  const auto report = nlohmann::json::parse(json.out);
  CHECK(report["passed"] == 1);
  CHECK(report["failed"] == 1);
}

TEST_CASE("a folder stands for the rule tests below it") {
  const Ran ran = run_duban(std::string("test") + kFixture + "tests/app/fixture");
  CHECK(ran.code == 1);
  CHECK(ran.out.find("4 passed, 1 failed\n") != std::string::npos);
}

TEST_CASE("a test file with mistakes is reported with their places and is not run") {
  const Ran ran = run_duban(std::string("test") + kFixture + "tests/app/fixture/bad/tests.yaml");
  CHECK(ran.code == 3);
  CHECK(ran.out == "0 passed, 0 failed, 1 file could not be read\n");
  CHECK(ran.error.find("tests.yaml:12:52: E010 unknown name 'overdo'; did you mean 'overdue'?") !=
        std::string::npos);
}

TEST_CASE("the shipped rules pass their tests") {
  const Ran ran = run_duban("test");
  INFO(ran.out);
  INFO(ran.error);
  CHECK(ran.code == 0);
}

TEST_CASE("as many expectations as possible find something said of their own") {
  using Matches = std::vector<std::vector<int>>;
  CHECK(duban::app::assign(Matches{{0, 1}, {0}}, 2) == std::vector<int>{1, 0});
  CHECK(duban::app::assign(Matches{{0}, {0}}, 1) == std::vector<int>{0, -1});
  CHECK(duban::app::assign(Matches{{0, 1}, {1, 2}, {0}}, 3) == std::vector<int>{1, 2, 0});
  CHECK(duban::app::assign(Matches{{}, {}}, 0) == std::vector<int>{-1, -1});
}
