#include <catch2/catch.hpp>

#include "delivery/answer_text.hpp"
#include "delivery/backoff.hpp"

using namespace duban;
using namespace duban::delivery;
using namespace std::chrono_literals;

TEST_CASE("what a receiver said becomes one harmless line") {
  CHECK(answer_text("{\n  \"errmsg\": \"sign\tnot match\"\n}\n") == "{ \"errmsg\": \"sign not match\" }");
  CHECK(answer_text("\x1b[2Jgone\xff") == " [2Jgone\uFFFD");
  CHECK(answer_text("") == "");
}

TEST_CASE("telephone numbers in an answer are masked, other numbers are not") {
  CHECK(answer_text("no user 13812345678!") == "no user 138****5678!");
  CHECK(answer_text("id 341004101205") == "id 341004101205");
  CHECK(answer_text("at 1700000000123") == "at 1700000000123");
}

TEST_CASE("a long answer is cut between characters") {
  std::string answer = "x";
  for (int i = 0; i < 1'000; ++i) answer += "督";
  const std::string kept = answer_text(answer);
  CHECK(kept.size() == 499);
  CHECK(kept.ends_with("督"));
}

TEST_CASE("the pause doubles up to its bound and is jittered by half") {
  Backoff backoff(1s, 42);
  for (int round = 0; round < 200; ++round) {
    for (int failures = 1; failures < 40; ++failures) {
      const Duration whole =
          failures > 9 ? Duration(5min) : std::min<Duration>(5min, 1s * (1 << (failures - 1)));
      const Duration delay = backoff.delay(failures, 5min);
      CHECK(delay >= whole / 2);
      CHECK(delay <= whole);
    }
  }
}
