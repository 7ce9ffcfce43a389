// One life of the daemon's process: the daemon's own shards, pump and dispatcher, wired as
// daemon/app/daemon.cpp wires them, on one thread and on simulated time. Destroying it is killing it.
#pragma once

#include <asio/io_context.hpp>
#include <memory>
#include <string>
#include <vector>

#include "app/pump.hpp"
#include "app/shard.hpp"
#include "broker.hpp"
#include "delivery/dispatcher.hpp"
#include "receiver.hpp"

namespace duban::sim {

struct LifeOptions {
  int shards = 1;
  int wal_pages = 0;
  bool from_earliest = false;  // a person has decided: what retention has taken is given up
  uint64_t seed = 0;
};

/// Where a shard's ledger lies on the disk.
std::string ledger_path(int shard, int shards);

class Life {
 public:
  Life(SimTime& time, Broker& broker, std::vector<Receiver>& receivers,
       std::shared_ptr<const rule::Configuration> configuration, LifeOptions options,
       std::function<void(const std::string&)> seen);
  ~Life();

  /// Runs the next thing that is ready; false if all wait for time to pass.
  bool step();
  /// Why it could not start; empty if it could.
  const std::string& failed() const { return failed_; }
  bool stopped() const { return stopped_; }
  /// Something of the source waits for a person.
  bool halted() const { return pump_ && !pump_->state().stopped.empty(); }
  const app::PumpState* state() const { return pump_ ? &pump_->state() : nullptr; }
  uint64_t storage_failures() const { return storage_failures_; }

  void edit(std::shared_ptr<const rule::Configuration> next);
  void stop();
  void confirm_clock();
  void wake();

 private:
  void opened(const app::Opened& opened);
  void open_delivery();
  void connect(const std::vector<event::Input>& inputs);
  void swap(std::shared_ptr<const rule::Configuration> next);
  std::vector<std::unique_ptr<delivery::Channel>> channels();

  SimTime& time_;
  Broker& broker_;
  std::vector<Receiver>& receivers_;
  std::shared_ptr<const rule::Configuration> configuration_;
  LifeOptions options_;
  std::function<void(const std::string&)> seen_;
  asio::io_context loop_{1};
  std::unique_ptr<intake::Source> source_;
  std::vector<std::unique_ptr<app::Shard>> shards_;
  std::unique_ptr<app::Pump> pump_;
  std::unique_ptr<delivery::Dispatcher> dispatcher_;
  std::map<event::Input, ledger::Position> positions_;  // the lowest of all shards
  Instant reached_ = kNever;                            // the lowest of all shards
  size_t unopened_ = 0;
  std::string failed_;
  bool stopped_ = false;
  bool editing_ = false;
  uint64_t storage_failures_ = 0;
};

}  // namespace duban::sim
