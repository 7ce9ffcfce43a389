#include <catch2/catch.hpp>
#include <set>

#include "delivery/pacer.hpp"

using namespace duban;
using namespace duban::delivery;
using namespace std::chrono_literals;

namespace {

/// Ten minutes past a full hour: no peak.
const Instant kCalm = instant_of_ms(1'700'002'200'000);

}  // namespace

TEST_CASE(
    "a limit counts from sending until its period after the answer, and keeps a fifth for critical "
    "messages") {
  Pacer pacer({{5, 60s}}, 1, 0s);
  for (int i = 0; i < 4; ++i) {
    CHECK(pacer.free_at(10s, kCalm, false) == 10s);
    pacer.sent();
  }
  CHECK(pacer.free_at(10s, kCalm, false) == Duration::max());  // an answer must come first
  CHECK(pacer.free_at(10s, kCalm, true) == 10s);
  for (int i = 0; i < 4; ++i) pacer.answered(12s + i * 1s);
  CHECK(pacer.free_at(20s, kCalm, false) == 72s);
  CHECK(pacer.free_at(72s, kCalm, false) == 72s);
  pacer.sent();
  CHECK(pacer.free_at(20s, kCalm, true) == 72s);
}

TEST_CASE("all limits of a service hold at once") {
  Pacer pacer({{100, 60s}, {5, 1s}}, 1, 0s);
  for (int i = 0; i < 5; ++i) {
    pacer.sent();
    pacer.answered(100ms * i);
  }
  CHECK(pacer.free_at(500ms, kCalm, true) == 1s);
  CHECK(pacer.per_minute() == Approx(100));
}

TEST_CASE("at full and half hours all but critical messages wait some seconds, each channel others") {
  const Instant half_past = instant_of_ms(1'699'999'200'000 + 1'800'000 * 2);
  REQUIRE(ms_of(half_past) % 1'800'000 == 0);
  std::set<int64_t> waits;
  for (uint64_t seed = 0; seed < 20; ++seed) {
    const Pacer pacer({{20, 60s}}, seed, 0s);
    CHECK(pacer.free_at(0s, half_past, true) == 0s);
    const Duration wait = pacer.free_at(0s, half_past, false);
    CHECK(wait >= 5s);
    CHECK(wait <= 60s);
    CHECK(pacer.free_at(0s, half_past + wait, false) == 0s);
    CHECK(pacer.free_at(0s, half_past + 61s, false) == 0s);
    waits.insert(wait.count());
  }
  CHECK(waits.size() > 10);
  CHECK(Pacer({}, 1, 0s).free_at(0s, half_past, false) == 0s);  // without limits there is no hurry to avoid
}

TEST_CASE("a limit that a reload makes longer has to know of a longer time, and until then nothing goes") {
  Pacer pacer({{20, 60s}}, 1, 1000s);
  CHECK_FALSE(pacer.set({{10, 60s}}, 1010s));
  CHECK(pacer.knows_from() == 1000s);
  CHECK(pacer.set({{10, 60s}, {3, 24h}}, 2000s));
  CHECK(pacer.knows_from() == 1940s);  // what is older than the minute before was forgotten
  CHECK(pacer.longest() == 24h);
  CHECK(pacer.most() == 10);
  pacer.wait_for_memory();
  CHECK(pacer.free_at(2000s, kCalm, true) == Duration::max());
  for (const Duration at : {500s, 700s, 600s}) pacer.remember(at);
  pacer.has_memory();
  CHECK(pacer.free_at(2000s, kCalm, true) == 500s + 24h);
}
