// The pipeline: records from the source, merged by instant, decoded, applied by every shard, delivery woken.
//
// A batch may be applied once every input is known up to its frontier. What is known is asked of the source
// (the present end of every input) when something waits for it: records of one input for the others, or a
// stage whose instant has come. Everything here happens on the event loop.
#pragma once

#include <algorithm>
#include <deque>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "api/status.hpp"
#include "app/shard.hpp"
#include "core/clock.hpp"
#include "core/limits.hpp"
#include "intake/merger.hpp"
#include "intake/source.hpp"

namespace asio {
class io_context;
}

namespace duban::app {

struct PumpOptions {
  /// How long a record may bear its timestamp before the source's ends count it.
  Duration on_its_way{limits::kAppendTime};
  Duration tick_grace{std::chrono::minutes(5)};
  /// A step of the clock against monotonic time by more than this holds ticks until the operator confirms.
  Duration suspicious_step{std::chrono::hours(1)};
  /// A clock that is set is noticed within this.
  Duration longest_sleep{std::chrono::seconds(1)};
};

/// What operators ask about.
struct PumpState {
  bool caught_up = false;
  bool reachable = true;
  bool storage_failed = false;
  bool clock_suspicious = false;
  std::set<std::string> stopped;  // inputs that wait for a person, with the reason
  uint64_t events = 0, alerts = 0, dead_letters = 0, duplicates = 0, parked = 0, batches = 0;
  std::array<uint64_t, engine::kLevels> alerts_by_level{};
  api::BatchTimes batch_times;
  size_t buffered = 0;
  /// Everything up to here is known and applied; nothing more is due before it.
  Instant settled{};
};

class Pump final : public intake::Sink {
 public:
  Pump(asio::io_context& loop, delivery::Scheduler& scheduler, const Clock& clock, intake::Source& source,
       std::vector<Shard*> shards, std::shared_ptr<const rule::Configuration> configuration,
       PumpOptions options);

  /// Begins without a source: until connect() the broker counts as out of reach, and deadlines are held by
  /// the grace alone. `reached`: how far every ledger has got; `directory` records go before the first batch.
  void start(Instant reached, std::vector<event::Record> directory);
  /// The source has opened with these inputs: reading begins.
  void connect(const std::vector<event::Input>& inputs, const std::map<event::Input, intake::Start>& from);
  /// The clock may have moved (a virtual one), or something may have been committed.
  void wake();
  /// Lets every batch under way finish, holds further ones, then calls `quiet`; resume() goes on.
  void hold(std::function<void()> quiet);
  void resume(std::shared_ptr<const rule::Configuration> configuration);
  /// As hold(), for good.
  void stop(std::function<void()> stopped);
  void confirm_clock();
  /// A shard's storage failed, at whatever task: it is reopened, and what was not applied is given again.
  void storage_failed(const Shard& shard);
  const PumpState& state() const { return state_; }
  /// How far each input has been taken, and its end as the source last said it.
  std::vector<api::InputStatus> inputs() const;

  /// Called after each committed batch, and when `state` changes in a way that matters.
  std::function<void(const engine::Applied&)> on_progress;
  std::function<void()> on_state;
  /// A finite source has been read to its end and everything has been applied.
  std::function<void()> on_finished_all;

  void on_records(std::vector<event::Record> records) override;
  void on_stopped(const event::Input& input, const std::string& reason) override;
  void on_reachable(bool reachable, const std::string& detail) override;
  void on_finished() override;

 private:
  struct Lane {
    Shard* shard = nullptr;
    std::deque<std::shared_ptr<const Prepared>> unapplied;  // in order; given to the shard
    Instant next = kNever;
    bool stuck = false;
  };

  void turn();
  std::shared_ptr<Prepared> prepare();
  Instant frontier_now();
  void dispatch(std::shared_ptr<const Prepared> batch);
  void give(Lane& lane, std::shared_ptr<const Prepared> batch);
  void applied(Lane& lane, const std::optional<Progress>& progress);
  void recover(Lane& lane);
  void ask_ends();
  void arm();
  void check_clock();
  Instant trusted_now() const;
  void update_back_pressure();
  bool idle() const;
  Instant next_due() const;
  void finish_catching_up();

  asio::io_context& loop_;
  delivery::Scheduler& scheduler_;
  const Clock& clock_;
  intake::Source& source_;
  PumpOptions options_;
  std::vector<Lane> lanes_;
  std::unique_ptr<event::Decoder> decoder_;
  std::unique_ptr<intake::Merger> merger_;
  std::map<event::Input, int32_t> epochs_;
  std::map<event::Input, int64_t> ends_;  // as last heard
  std::vector<event::Record> directory_;
  std::set<event::Input> paused_;
  std::set<event::Input> halted_;     // waits for a person: its position stays that of its last record
  Duration armed_ = Duration::max();  // monotonic: when the next turn comes by itself
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // for what the scheduler holds of this
  PumpState state_;
  Instant started_{};  // all up to here is catching up
  Instant reached_{};
  Instant dispatched_{};  // frontier of the last batch given to the shards
  bool asking_ = false;
  bool releasing_ = false;  // caught_up() is under way
  bool connected_ = false;
  bool held_ = false;
  bool stopping_ = false;  // the rest of a burst is left to the next start
  bool source_finished_ = false;
  std::function<void()> quiet_;
  Duration unreachable_since_{};  // monotonic
  Duration last_monotonic_{};
  Instant last_clock_{};
  Instant trusted_{};  // what the clock showed before it was set forward
  Duration trusted_since_{};
};

}  // namespace duban::app
