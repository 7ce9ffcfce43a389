// The whole daemon as an object that a test can start: shards, pump, delivery, reload, shutdown.
#pragma once

#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>
#include <asio/thread_pool.hpp>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/server.hpp"
#include "app/file_watch.hpp"
#include "app/pump.hpp"
#include "app/settings.hpp"
#include "app/shard.hpp"
#include "delivery/dispatcher.hpp"

namespace duban::app {

/// Where an input is to be read from on, by a person's decision: "topic/partition" → offset, or kEarliest,
/// kLatest.
using Seeks = std::map<event::Input, int64_t>;
inline constexpr int64_t kEarliest = -2;
inline constexpr int64_t kLatest = -1;

/// Name of the channel that takes dead letters; no channel of the settings may bear it.
inline constexpr const char* kDeadLetterChannel = "dead-letters";

struct DaemonOptions {
  Seeks seeks;
  bool accept_cluster = false;  // read on although the cluster is not the one the ledger knows
  /// Channels in place of the settings'; the dead-letter channel stays.
  std::function<std::vector<std::unique_ptr<delivery::Channel>>()> own_channels;
  bool stop_when_finished = false;  // a finite source: end when all is applied and delivered
};

/// Lives on the loop's thread; start() once, then run the loop until `ended` was called.
class Daemon {
 public:
  Daemon(asio::io_context& loop, const Clock& clock, Loaded loaded, std::unique_ptr<intake::Source> source,
         DaemonOptions options);
  ~Daemon();

  /// Opens everything, step by step; `ended` gets the exit code when the daemon has stopped by itself or by
  /// stop().
  void start(std::function<void(int)> ended);
  /// Reads the settings' files anew; broken ones are refused with a report in the log, and the old stay.
  void reload();
  /// Drains within the settings' limit: intake closes, batches and deliveries under way finish.
  void stop();
  /// A virtual clock has moved.
  void wake();
  void confirm_clock() { pump_->confirm_clock(); }

  const PumpState& state() const { return pump_->state(); }
  const rule::Configuration& configuration() const { return *loaded_.configuration; }
  /// What wants an operator's attention while everything runs, a sentence each: next year's arrangement is
  /// missing, changed files were refused.
  std::vector<std::string> notes() const;
  delivery::Dispatcher& dispatcher() { return *dispatcher_; }
  /// Counts over all shards, asked on their threads.
  void counts(std::function<void(ledger::Ledger::Counts)> done);
  std::function<void()> on_ready;
  /// Where the API listens; 0 while it does not.
  uint16_t api_port() const { return api_ ? api_->port() : 0; }

 private:
  void resume_version();
  void open_shards();
  std::string ledger_file(int shard) const;
  std::string other_sharding() const;
  bool open_api();
  void reload_api();
  void trim_audit();
  void look_at_audit();
  void trim_audit(Shard& shard, Instant before, Instant at);
  void open_delivery();
  void open_source();
  void connect(const std::vector<event::Input>& inputs);
  void note_seek(const event::Input& input, int64_t to, std::optional<int64_t> reached);
  void note_opened(const Opened& opened);
  void activate_awaited();
  void reloaded(const std::string& refused);
  void watch_files();
  void look_at_calendar();
  void change_to(Loaded next, std::function<void(const std::string& refused)> done);
  void activate(Loaded next, std::function<void(const std::string& refused)> done);
  void beat();
  void say_status();
  void stop_when_delivered();
  void close_shards();
  void end(int code);
  std::vector<std::unique_ptr<delivery::Channel>> make_channels(const Settings& settings, std::string& error);

  asio::io_context& loop_;
  const Clock& clock_;
  Loaded loaded_;  // what runs; at first the ledger's version, if the files have changed since
  std::optional<Loaded>
      awaited_;  // the files' version, activated once everything before the start is applied
  std::unique_ptr<intake::Source> source_;
  DaemonOptions options_;
  asio::thread_pool pool_;
  std::vector<std::unique_ptr<Shard>> shards_;
  std::unique_ptr<Pump> pump_;
  std::unique_ptr<delivery::Scheduler> scheduler_;
  std::unique_ptr<delivery::Dispatcher> dispatcher_;
  std::unique_ptr<api::Backend> api_backend_;
  std::unique_ptr<api::Server> api_;
  std::map<event::Input, ledger::Position> positions_;  // the lowest of all shards
  Instant reached_{};                                   // the lowest of all shards
  bool first_opened_ = true;
  asio::steady_timer watchdog_;
  asio::steady_timer drained_;
  asio::steady_timer audit_timer_;
  Instant audit_trimmed_{};  // last
  std::function<void(int)> ended_;
  bool stopping_ = false;
  bool reloading_ = false;
  bool reload_again_ = false;  // asked for while it was not possible
  std::string refusal_;        // why the files as they are now are not active; empty: they are
  FileWatch file_watch_;
  asio::steady_timer calendar_timer_;
  std::optional<int> missing_year_;
  Date warned_on_;  // the last day on which the log spoke of it
};

}  // namespace duban::app
