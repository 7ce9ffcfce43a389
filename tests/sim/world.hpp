// A simulated world: executes a plan against the daemon's own code, and then says what became of it.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "fault_disk.hpp"
#include "life.hpp"
#include "plan.hpp"

namespace duban::sim {

/// What was tried.
struct Tried {
  uint64_t days = 0, events = 0, crashes = 0, disk_faults = 0, edits = 0, alerts = 0, messages = 0;
  Tried& operator+=(const Tried& other);
  std::string text() const;
};

/// What a world looked like when it had come to rest.
struct Ended {
  std::vector<std::string> faults;  // what went wrong on the way
  uint64_t trace = 0;               // hash of everything that was sent, and of the ledgers
  Tried tried;
};

class World {
 public:
  explicit World(const Plan& plan);
  ~World();

  /// Runs the plan to its end, then without faults until everything is said and delivered, and compares.
  Ended run();

 private:
  void take(const Step& step);
  void run_to(Instant t);
  void begin_life();
  void end_life();
  void look_at_crash();
  void calm();
  void settle();
  void compare();
  bool drained() const;
  void saw(const std::string& line);
  void fault(std::string what);

  const Plan& plan_;
  Instant begin_;
  int shards_;
  SimTime time_;
  Broker broker_;
  std::vector<Receiver> receivers_;
  std::shared_ptr<const rule::Configuration> configuration_;
  Json rules_;
  std::unique_ptr<Life> life_;
  Instant next_life_;
  uint64_t lives_ = 0;
  std::optional<uint64_t> steps_left_;  // until the process is killed
  Crash how_ = Crash::process;
  Duration down_{0};                                             // after the next crash
  std::vector<std::pair<Instant, std::function<void()>>> ends_;  // of faults that last
  bool from_earliest_ = false;
  std::vector<std::pair<Instant, Instant>> away_;  // when nothing ran, up to when it had caught up
  uint64_t work_ = 0;
  std::set<std::string> sent_;  // keys that left the process since its last crash
  Ended ended_;
};

/// Everything a run of this plan got wrong; empty if all is well.
Ended run(const Plan& plan);

}  // namespace duban::sim
