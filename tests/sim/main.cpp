// simulate_faults: draws worlds from seeds for as long as it is told, and says what it has tried.
#include <chrono>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <iostream>
#include <random>
#include <sstream>
#include <string>

#include "shrink.hpp"
#include "world.hpp"

namespace {

using namespace duban::sim;

struct Options {
  double seconds = 60;
  uint64_t seed = 0;
  bool one = false;
  std::string scene;
  bool keep_errors = false;
  bool brief = false;  // a failure is not shrunk
};

double processor_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

void list(const Ended& ended) {
  for (const std::string& what : ended.faults) std::cout << "  " << what.substr(0, 300) << '\n';
}

/// What was found, and the shortest plan that still shows it.
void keep_shrunk(const Plan& plan) {
  const std::string path = "failed-" + std::to_string(plan.world.at("seed").get<uint64_t>()) + ".jsonl";
  const Plan small = shrink(plan);
  std::ofstream(path) << to_text(small);
  std::cout << "shrunk from " << plan.steps.size() << " steps to " << small.steps.size() << ":\n"
            << to_text(small);
  list(run(small));
  std::cout << "kept in " << path << "; scripts/simulate-faults --scene replays it" << std::endl;
}

int simulate(const Options& options) {
  std::cout << "seed " << options.seed << std::endl;
  Tried tried;
  const double from = processor_seconds();
  const auto began = std::chrono::steady_clock::now();
  uint64_t seed = options.seed;
  uint64_t worlds = 0;
  do {
    const Plan plan = draw(seed++);
    const Ended ended = run(plan);
    tried += ended.tried;
    ++worlds;
    if (!ended.faults.empty()) {
      std::cout << "seed " << seed - 1 << " fails after " << tried.text() << '\n';
      list(ended);
      if (!options.brief) keep_shrunk(plan);
      return 1;
    }
  } while (!options.one &&
           std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count() < options.seconds);
  const double spent = processor_seconds() - from;
  std::cout << worlds << " worlds, " << tried.text() << "; " << static_cast<uint64_t>(tried.days / spent)
            << " days per second of processor time" << std::endl;
  return 0;
}

int replay(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  const Plan plan = plan_of(text.str());
  const Ended ended = run(plan);
  list(ended);
  std::cout << ended.tried.text() << "; trace " << ended.trace << std::endl;
  return ended.faults.empty() ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  options.seed = std::random_device{}();
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    const std::string value = i + 1 < argc ? argv[i + 1] : "";
    if (word == "--seconds") {
      options.seconds = std::stod(value);
      ++i;
    } else if (word == "--seed") {
      options.seed = std::stoull(value);
      ++i;
    } else if (word == "--scene") {
      options.scene = value;
      ++i;
    } else if (word == "--one") {
      options.one = true;
    } else if (word == "--log") {
      options.keep_errors = true;
    } else if (word == "--brief") {
      options.brief = true;
    } else {
      std::cerr << "unknown word " << word << '\n';
      return 2;
    }
  }
  // The daemon says each failure loudly; here thousands are meant.
  if (!options.keep_errors && std::freopen("/dev/null", "w", stderr) == nullptr) return 1;
  return options.scene.empty() ? simulate(options) : replay(options.scene);
}
