#include "world.hpp"

#include <algorithm>
#include <sstream>

#include "configure.hpp"
#include "core/hash.hpp"
#include "engine/slices.hpp"
#include "verdict.hpp"

namespace duban::sim {
namespace {

/// Long enough for every stage of every rule, and for the longest back-off of a delivery.
constexpr Duration kAfterwards{std::chrono::days(75)};
/// A world that has not come to rest by then never will.
constexpr Duration kPatience{std::chrono::days(3)};
constexpr uint64_t kWork = 20'000'000;
constexpr uint64_t kLives = 2'000;

Duration ms(const Json& of, const char* name, int64_t otherwise) {
  return Duration{of.value(name, otherwise)};
}

}  // namespace

Tried& Tried::operator+=(const Tried& other) {
  days += other.days;
  events += other.events;
  crashes += other.crashes;
  disk_faults += other.disk_faults;
  edits += other.edits;
  alerts += other.alerts;
  messages += other.messages;
  return *this;
}

std::string Tried::text() const {
  std::ostringstream out;
  out << days << " days, " << events << " events, " << crashes << " crashes, " << disk_faults
      << " disk faults, " << edits << " edits, " << alerts << " alerts, " << messages << " messages";
  return out.str();
}

World::World(const Plan& plan)
    : plan_(plan),
      begin_(Zone::shanghai().parse(plan.world.at("begin").get<std::string>()).value()),
      shards_(plan.world.at("shards")),
      time_(begin_),
      broker_(time_, plan.world.at("partitions"), plan.world.at("seed")),
      rules_(plan.world.at("rules")),
      next_life_(begin_),
      away_{{begin_, kNever}} {
  FaultDisk::instance().format(plan.world.at("seed"));
  engine::slices() = {plan.world.at("ticks"), plan.world.at("subjects")};
  for (const char* name : {"out", "robot", "sms", "dead-letters"}) receivers_.emplace_back().name = name;
  configuration_ = configuration_of(plan.world, rules_);
}

World::~World() {
  end_life();
  engine::slices() = {};
}

Ended World::run() {
  try {
    for (const Step& step : plan_.steps) {
      run_to(begin_ + Duration{step.at});
      take(step);
    }
    calm();
    settle();
    end_life();
    compare();
  } catch (const std::exception& error) {
    fault(error.what());
  }
  ended_.tried.days = static_cast<uint64_t>((time_.true_now() - begin_) / std::chrono::days(1));
  for (const Receiver& receiver : receivers_) ended_.tried.messages += receiver.messages;
  ended_.tried.disk_faults += FaultDisk::instance().failed();
  return std::move(ended_);
}

void World::compare() {
  Verdict verdict = judge({plan_, broker_, receivers_, configuration_, begin_, time_.true_now(), away_});
  for (std::string& what : verdict.faults) fault(std::move(what));
  ended_.tried.alerts = verdict.alerts;
  saw(verdict.ledgers);
}

/// Time passes: the process works, timers run, crashed processes come back, faults end.
void World::run_to(Instant t) {
  FaultDisk& disk = FaultDisk::instance();
  for (;;) {
    if (++work_ > kWork || lives_ > kLives)
      throw std::runtime_error("the world does not come to rest: at " +
                               Zone::shanghai().format(time_.true_now()) + " in life " +
                               std::to_string(lives_));
    if (life_ && life_->state() != nullptr && life_->state()->caught_up && !away_.empty() &&
        away_.back().second == kNever)
      away_.back().second = time_.true_now();
    if (life_ && steps_left_ && (*steps_left_)-- == 0) {
      steps_left_.reset();
      disk.crash_after(0, how_);
    }
    if (disk.crashed()) look_at_crash();
    if (life_ && life_->step()) continue;
    if (life_ && !life_->failed().empty()) {  // as systemd does: it is started again
      end_life();
      next_life_ = time_.true_now() + std::chrono::seconds(10);
    }
    if (life_ && life_->stopped()) {
      end_life();
      next_life_ = time_.true_now() + down_;
    }
    if (life_ && life_->halted() && !from_earliest_) {  // a person decides to go on without what is gone
      from_earliest_ = true;
      down_ = std::chrono::hours(1);
      life_->stop();
    }
    const auto ends = std::min_element(ends_.begin(), ends_.end(),
                                       [](const auto& a, const auto& b) { return a.first < b.first; });
    const Instant fault_ends = ends == ends_.end() ? kNever : ends->first;
    const Instant start = life_ ? kNever : next_life_;
    const Instant timer = life_ ? time_.next() : kNever;
    const Instant next = std::min({timer, start, fault_ends});
    if (next > t) break;
    time_.advance(next);
    if (fault_ends == next) {
      const auto end = std::move(ends->second);
      ends_.erase(ends);
      end();
    } else if (start == next) {
      begin_life();
    } else {
      time_.run_next();
    }
  }
  time_.advance(t);
}

void World::begin_life() {
  LifeOptions options;
  options.shards = shards_;
  options.wal_pages = plan_.world.at("wal_pages");
  options.from_earliest = std::exchange(from_earliest_, false);
  options.seed = ++lives_;
  life_ = std::make_unique<Life>(time_, broker_, receivers_, configuration_, options,
                                 [this](const std::string& line) { saw(line); });
}

void World::end_life() {
  if (!life_) return;
  if (away_.empty() || away_.back().second != kNever) away_.emplace_back(time_.true_now(), kNever);
  life_.reset();
}

/// The process is gone, the disk is what the crash has left. What was sent must have been on it.
void World::look_at_crash() {
  FaultDisk& disk = FaultDisk::instance();
  end_life();
  ++ended_.tried.crashes;
  disk.revive();
  for (std::string& what : lost_after_crash(shards_, std::exchange(sent_, {}))) fault(std::move(what));
  next_life_ = time_.true_now() + down_;
}

void World::take(const Step& step) {
  FaultDisk& disk = FaultDisk::instance();
  const Json& with = step.with;
  const Instant until = time_.true_now() + ms(with, "for", 0);
  if (step.act == "event") {
    ++ended_.tried.events;
    broker_.append(with.at("in"),
                   {{},
                    with.value("key", ""),
                    with.contains("raw") ? with["raw"].get<std::string>() : with.at("event").dump(),
                    with.value("short", false)});
  } else if (step.act == "kill") {
    how_ = with.value("power", false) ? Crash::power : Crash::process;
    down_ = ms(with, "down", 1000);
    if (!life_) return;
    if (with.contains("io")) return disk.crash_after(with["io"].get<uint64_t>(), how_);
    steps_left_ = with.value("steps", uint64_t{0});
  } else if (step.act == "disk") {
    disk.fail_after(with.value("after", uint64_t{0}), with.value("count", uint64_t{1}),
                    with.value("full", false) ? Fault::full : Fault::io);
  } else if (step.act == "receiver") {
    Receiver& receiver = receivers_[with.at("who").get<size_t>() % receivers_.size()];
    receiver.manner = manner_of(with.at("manner"));
    receiver.latency = ms(with, "latency", 10);
    ends_.emplace_back(until, [&receiver] {
      receiver.manner = Receiver::Manner::hears;
      receiver.latency = Duration{10};
    });
  } else if (step.act == "broker") {
    broker_.set_reachable(false);
    ends_.emplace_back(until, [this] { broker_.set_reachable(true); });
  } else if (step.act == "stop") {
    down_ = ms(with, "down", 1000);
    if (life_) life_->stop();
  } else if (step.act == "edit") {
    ++ended_.tried.edits;
    rules_ = with.at("rules");
    configuration_ = configuration_of(plan_.world, rules_);
    if (life_) life_->edit(configuration_);
  } else if (step.act == "truncate") {
    broker_.truncate(with.at("in"), with.value("keep", int64_t{0}));
  } else if (step.act == "clock") {
    time_.set_skew(ms(with, "by", 0));
    if (life_) life_->wake();
    ends_.emplace_back(until, [this] {
      time_.set_skew(Duration{0});
      if (life_) life_->wake();
      // Somebody looks at the clock, which is right again, and says so.
      ends_.emplace_back(time_.true_now() + std::chrono::minutes(30), [this] {
        if (life_) life_->confirm_clock();
      });
    });
  } else {
    throw std::runtime_error("no step is called " + step.act);
  }
}

/// All faults end.
void World::calm() {
  FaultDisk::instance().repair();
  steps_left_.reset();
  while (!ends_.empty()) {
    for (const auto& end : std::exchange(ends_, {})) end.second();
    run_to(time_.true_now() + std::chrono::hours(9));  // longer than a process sleeps: it has seen the clock
  }
}

/// Nothing more happens: all that is due is said, the outbox drains.
void World::settle() {
  const Instant until = begin_ + std::chrono::days(plan_.world.at("days").get<int>()) + kAfterwards;
  run_to(until);
  const Instant patience = until + kPatience;
  while (time_.true_now() < patience && !drained()) run_to(time_.true_now() + std::chrono::minutes(10));
  if (!life_ || life_->state() == nullptr) return fault("the process did not come up again");
  if (!life_->state()->caught_up) fault("the daemon has not caught up although nothing keeps it");
  if (life_->state()->storage_failed) fault("the storage counts as failed although the disk works");
  life_->stop();
  run_to(time_.true_now() + std::chrono::minutes(1));
}

bool World::drained() const { return life_ && life_->state() != nullptr && life_->state()->caught_up; }

void World::saw(const std::string& line) {
  ended_.trace =
      hash64(std::to_string(ended_.trace) + ' ' + std::to_string(ms_of(time_.true_now())) + ' ' + line);
  const size_t first = line.find(' ');
  if (first != std::string::npos && line.find(' ', first + 1) != std::string::npos) sent_.insert(line);
}

void World::fault(std::string what) { ended_.faults.push_back(std::move(what)); }

Ended run(const Plan& plan) { return World(plan).run(); }

}  // namespace duban::sim
