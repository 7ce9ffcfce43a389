#include <catch2/catch.hpp>

#include "core/clock.hpp"

using namespace duban;

TEST_CASE("the system's clock is in this century and its monotonic time does not go back") {
  const auto clock = make_system_clock();
  CHECK(clock->now() > *parse_rfc3339("2023-01-01T00:00:00Z"));
  CHECK(clock->now() < *parse_rfc3339("2100-01-01T00:00:00Z"));
  const Duration before = clock->monotonic();
  CHECK(clock->monotonic() >= before);
}

TEST_CASE("a virtual clock stands still until it is set") {
  VirtualClock clock{instant_of_ms(1000)};
  CHECK(clock.now() == instant_of_ms(1000));
  CHECK(clock.now() == instant_of_ms(1000));
  clock.set(instant_of_ms(5000));
  CHECK(clock.now() == instant_of_ms(5000));
  CHECK(clock.monotonic() == Duration{5000});
}
