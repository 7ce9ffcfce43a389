#include <catch2/catch.hpp>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "world.hpp"

using namespace duban::sim;

namespace {

#if defined(__SANITIZE_ADDRESS__)
constexpr uint64_t kSeeds = 8;
#else
constexpr uint64_t kSeeds = 60;
#endif

/// The daemon says each failure loudly; here thousands are meant.
const bool kQuiet = std::freopen("/dev/null", "w", stderr) != nullptr;

std::string faults(const Ended& ended) {
  std::string text;
  for (const std::string& what : ended.faults) text += what + '\n';
  return text;
}

std::string read(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace

TEST_CASE("whatever fails, what is said is what the oracle says, and everybody hears it") {
  REQUIRE(kQuiet);
  Tried tried;
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    INFO("seed " << seed);
    const Ended ended = run(draw(seed));
    CHECK(faults(ended) == "");
    tried += ended.tried;
  }
  CHECK(tried.crashes > kSeeds);  // else nothing was shown
  CHECK(tried.disk_faults > kSeeds / 2);
  CHECK(tried.alerts > 5 * kSeeds);
}

TEST_CASE("a world is repeated exactly by its seed, and by its scene") {
  for (const uint64_t seed : {2, 3, 16}) {
    INFO("seed " << seed);
    const Plan plan = draw(seed);
    const uint64_t trace = run(plan).trace;
    CHECK(run(plan).trace == trace);
    CHECK(run(plan_of(to_text(plan))).trace == trace);
    CHECK(run(draw(seed + 1)).trace != trace);
  }
}

TEST_CASE("every planted bug still fits the sources") {
  size_t bugs = 0;
  for (const auto& bug : std::filesystem::directory_iterator(DUBAN_SOURCE_DIR "/tests/sim/bugs")) {
    INFO(bug.path().filename().string());
    const std::string check = "cd '" DUBAN_SOURCE_DIR "' && git apply --check '" + bug.path().string() + "'";
    CHECK(std::system(check.c_str()) == 0);
    ++bugs;
  }
  CHECK(bugs >= 10);
}

TEST_CASE("what once went wrong does not go wrong again") {
  size_t scenes = 0;
  for (const auto& scene : std::filesystem::directory_iterator(DUBAN_SOURCE_DIR "/tests/sim/scenes")) {
    INFO(scene.path().filename().string());
    CHECK(faults(run(plan_of(read(scene.path())))) == "");
    ++scenes;
  }
  CHECK(scenes > 0);
}
