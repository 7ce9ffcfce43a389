// One shard at work: its ledger and engine on the thread pool, one task at a time, answers on the event loop.
//
// All methods are called on the loop and return at once. A failure of the storage is told to `on_failure`
// once; from then on every task is answered without being done until retry() succeeds in reopening the
// ledger.
#pragma once

#include <asio/any_io_executor.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/clock.hpp"
#include "delivery/dispatcher.hpp"
#include "engine/engine.hpp"

namespace asio {
class io_context;
}  // namespace asio

namespace duban::app {

/// Records with what was decoded of them; shared by the shards until the last one has applied them.
struct Prepared {
  std::vector<event::Record> records;
  cel::Arena arena;
  std::vector<event::Decoded> inputs;
  Instant frontier{};
  std::vector<ledger::Position> positions;
  bool inputs_lost = false;
};

struct ShardOptions {
  ledger::Options storage;
  engine::Options engine;
  bool catching_up = true;
  const Clock* clock = nullptr;  // measures how long batches take; null: nobody asks
};

/// What a shard says when it has opened.
struct Opened {
  std::string error;  // empty: it is open
  std::vector<ledger::Position> positions;
  Instant reached{};  // the ledger's instant
};

/// What is known after a batch.
struct Progress {
  engine::Applied applied;
  Instant next = kNever;  // next instant at which something is due
  Duration took{0};
};

class Shard final : public delivery::Outbox {
 public:
  /// `work`: where its tasks run, one after the other.
  Shard(asio::io_context& loop, const asio::any_io_executor& work,
        std::shared_ptr<const rule::Configuration> configuration, ShardOptions options);
  ~Shard() override;

  void open(std::function<void(Opened)> done);
  /// Applies the inputs that concern this shard, and everything due up to the frontier; `done` gets nothing
  /// if the storage failed (then nothing of the batch is in the ledger).
  void apply(std::shared_ptr<const Prepared> batch, std::function<void(std::optional<Progress>)> done);
  /// After a failure: opens the ledger anew; the tasks that were answered with nothing are the caller's to
  /// repeat.
  void retry(std::function<void(bool)> done);
  /// `done` gets false if the storage failed: then alerts are still held.
  void caught_up(Instant at, std::function<void(bool)> done);
  /// Empty if every shard may take the configuration; else why not.
  void objection(std::shared_ptr<const rule::Configuration> next, std::function<void(std::string)> done);
  /// A shard whose storage fails meanwhile takes the configuration when it is opened anew.
  void configure(std::shared_ptr<const rule::Configuration> next, Instant at,
                 std::function<void(std::string)> done);
  /// Empty if the storage failed: then nothing was noted.
  void acknowledge(ledger::Ledger::Acknowledgement acknowledgement,
                   std::function<void(std::optional<engine::Engine::Acknowledged>)> done);
  /// Both: empty if the storage failed; then nothing has changed.
  void add_silence(engine::SilenceRequest request, Instant at,
                   std::function<void(std::optional<engine::SilenceAnswer>)> done);
  void end_silence(engine::SilenceEnding ending, Instant at,
                   std::function<void(std::optional<engine::SilenceEnded>)> done);
  void counts(std::function<void(ledger::Ledger::Counts)> done);
  /// Forgets a slice of what is older in the audit log; how many rows.
  void seal_audit(Instant before, Instant at, std::function<void(size_t)> done);
  /// Adds a row to the audit log.
  void note(std::string kind, Instant at, std::string subject, std::string body);
  /// Answers when everything asked before is done: the pulse that feeds the watchdog.
  void pulse(std::function<void()> done);
  /// Closes the ledger after everything asked before.
  void close(std::function<void()> done);

  void fetch(delivery::Request request, std::function<void(delivery::Fetched)> answer) override;
  void settle(std::vector<ledger::Receipt> receipts, std::function<void(bool)> stored) override;

  /// Called on the loop when the storage fails.
  std::function<void(const std::string& what)> on_failure;

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace duban::app
