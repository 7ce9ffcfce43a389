#include "app/pump.hpp"

#include <asio/io_context.hpp>
#include <asio/post.hpp>

#include "core/limits.hpp"
#include "core/log.hpp"
#include "ledger/audit.hpp"

namespace duban::app {
namespace {

/// Batches given to the shards and not yet applied: one is being applied while the next is prepared.
constexpr size_t kBatchesAhead = 2;
constexpr Duration kStorageRetry{std::chrono::seconds(1)};

}  // namespace

Pump::Pump(asio::io_context& loop, delivery::Scheduler& scheduler, const Clock& clock, intake::Source& source,
           std::vector<Shard*> shards, std::shared_ptr<const rule::Configuration> configuration,
           PumpOptions options)
    : loop_(loop),
      scheduler_(scheduler),
      clock_(clock),
      source_(source),
      options_(options),
      decoder_(std::make_unique<event::Decoder>(configuration->catalog, configuration->zone)) {
  for (Shard* shard : shards) lanes_.push_back({shard, {}, kNever, false});
}

void Pump::start(Instant reached, std::vector<event::Record> directory) {
  reached_ = dispatched_ = reached;
  directory_ = std::move(directory);
  started_ = last_clock_ = clock_.now();
  unreachable_since_ = last_monotonic_ = clock_.monotonic();
  state_.reachable = false;
  merger_ = std::make_unique<intake::Merger>(std::vector<event::Input>{}, std::map<event::Input, int64_t>{},
                                             reached, options_.on_its_way);
  wake();
}

void Pump::connect(const std::vector<event::Input>& inputs,
                   const std::map<event::Input, intake::Start>& from) {
  std::map<event::Input, int64_t> next_offsets;
  for (const auto& [input, start] : from) next_offsets[input] = start.next_offset;
  merger_ = std::make_unique<intake::Merger>(inputs, next_offsets, dispatched_, options_.on_its_way);
  connected_ = state_.reachable = true;
  source_.start(from, *this);
  wake();
}

void Pump::wake() {
  asio::post(loop_, [this] { turn(); });
}

/// One turn: prepare and give away as much as may be, then ask for what is missing or sleep.
void Pump::turn() {
  if (!merger_) return;
  check_clock();
  while (!held_ && lanes_.front().unapplied.size() < kBatchesAhead) {
    const std::shared_ptr<Prepared> batch = prepare();
    if (!batch) break;
    dispatch(batch);
  }
  update_back_pressure();
  finish_catching_up();
  if (idle() && !merger_->ready()) {
    state_.settled = std::max(state_.settled, frontier_now());
    // In quiet hours, too, it is known how far everything is; an outage is noticed by it.
    const bool quiet = state_.settled + options_.longest_sleep <= clock_.now();
    if (!held_ && quiet && !state_.clock_suspicious) ask_ends();
  }
  const bool all_done = source_finished_ && state_.caught_up && idle() && merger_->buffered() == 0;
  if (all_done && on_finished_all) std::exchange(on_finished_all, nullptr)();
  if (held_ && idle() && quiet_) std::exchange(quiet_, nullptr)();
  if (!merger_) return;  // stopped
  const bool due = next_due() <= clock_.now() || !state_.caught_up;
  if (!held_ && (merger_->waiting() || (due && !state_.clock_suspicious))) ask_ends();
  arm();
}

/// The next batch, or null if nothing can be processed now.
std::shared_ptr<Prepared> Pump::prepare() {
  auto batch = std::make_shared<Prepared>();
  batch->records = merger_->take(limits::kBatchRecords, trusted_now());
  batch->frontier = frontier_now();
  batch->inputs_lost = !state_.reachable || !state_.stopped.empty();
  const bool ticks = batch->frontier > dispatched_ && (next_due() <= batch->frontier || !state_.caught_up);
  if (batch->records.empty() && !ticks) return nullptr;
  if (!directory_.empty()) {
    const Instant at = batch->records.empty() ? batch->frontier : batch->records.front().at;
    for (event::Record& record : directory_) record.at = at;
    // Kept like any offset, so that a restart skips what the ledger has.
    batch->positions.push_back({*directory_.back().input, directory_.back().offset + 1, -1, {}});
    std::move(batch->records.begin(), batch->records.end(), std::back_inserter(directory_));
    batch->records = std::move(directory_);
    directory_.clear();
  }
  batch->inputs.reserve(batch->records.size());
  std::set<event::Input> read;  // only looked at while an input is halted
  for (const event::Record& record : batch->records) {
    epochs_[*record.input] = record.leader_epoch;
    if (!halted_.empty()) read.insert(*record.input);
    batch->inputs.push_back(decoder_->decode(record, batch->arena));
    if (auto* event = std::get_if<event::Event>(&batch->inputs.back())) {
      event->record = &record;  // the engine may refuse it: the original bytes become the dead letter
      for (const std::string& warning : event->warnings)
        log::warning("{}/{}/{}: {}", record.input->topic, record.input->partition, record.offset, warning);
    }
  }
  for (const auto& [input, next_offset] : merger_->taken())
    if (!halted_.contains(input) || read.contains(input))
      batch->positions.push_back({input, next_offset, epochs_[input], source_.cluster()});
  dispatched_ = std::max(dispatched_, batch->frontier);
  return batch;
}

/// Up to where everything is known; a broker that has been away for longer than the grace holds ticks no
/// longer.
Instant Pump::frontier_now() {
  const Instant now = clock_.now();
  if (state_.clock_suspicious) return dispatched_;
  const bool lost = !state_.reachable && clock_.monotonic() - unreachable_since_ > options_.tick_grace;
  if (lost) return std::max(dispatched_, now);
  return connected_ ? std::max(dispatched_, merger_->frontier(now)) : dispatched_;
}

void Pump::dispatch(std::shared_ptr<const Prepared> batch) {
  for (Lane& lane : lanes_) {
    lane.unapplied.push_back(batch);
    if (!lane.stuck) give(lane, batch);
  }
}

void Pump::give(Lane& lane, std::shared_ptr<const Prepared> batch) {
  lane.shard->apply(std::move(batch),
                    [this, &lane](const std::optional<Progress>& progress) { applied(lane, progress); });
}

void Pump::applied(Lane& lane, const std::optional<Progress>& progress) {
  if (!progress) {
    if (!std::exchange(lane.stuck, true)) recover(lane);
    return;
  }
  const std::shared_ptr<const Prepared> batch = lane.unapplied.front();
  lane.unapplied.pop_front();
  lane.next = progress->next;
  state_.alerts += progress->applied.alerts;
  for (size_t level = 0; level < engine::kLevels; ++level)
    state_.alerts_by_level[level] += progress->applied.alerts_by_level[level];
  state_.batch_times.add(progress->took);
  state_.dead_letters += progress->applied.dead_letters;
  state_.duplicates += progress->applied.duplicates;
  state_.parked += progress->applied.parked;
  if (&lane == &lanes_.front()) {
    state_.events += batch->records.size();
    ++state_.batches;
  }
  if (on_progress) on_progress(progress->applied);
  if (progress->applied.more && !stopping_) {  // the rest of a burst, before anything else of this shard
    auto rest = std::make_shared<Prepared>();
    rest->frontier = batch->frontier;
    rest->inputs_lost = batch->inputs_lost;
    if (lane.unapplied.empty()) {
      lane.unapplied.push_back(rest);
      give(lane, rest);
    }
  }
  std::vector<std::pair<event::Input, int64_t>> hints;
  for (const ledger::Position& position : batch->positions)
    hints.emplace_back(position.input, position.next_offset);
  if (!hints.empty()) source_.hint(hints);
  turn();
}

void Pump::storage_failed(const Shard& shard) {
  for (Lane& lane : lanes_)
    if (lane.shard == &shard && !std::exchange(lane.stuck, true)) recover(lane);
}

/// After a storage failure: the ledger is opened anew, and what was not applied is given again, in order.
void Pump::recover(Lane& lane) {
  if (!std::exchange(state_.storage_failed, true) && on_state) on_state();
  scheduler_.after(kStorageRetry, [this, &lane, alive = std::weak_ptr(alive_)] {
    if (alive.expired()) return;
    lane.shard->retry([this, &lane](bool ok) {
      if (!ok) return recover(lane);
      lane.stuck = false;
      state_.storage_failed = false;
      log::info("the ledger is open again; {} batches are repeated", lane.unapplied.size());
      if (on_state) on_state();
      for (const auto& batch : lane.unapplied) give(lane, batch);
      if (lane.unapplied.empty()) turn();
    });
  });
}

void Pump::ask_ends() {
  if (asking_ || !connected_) return;
  asking_ = true;
  const Instant at = trusted_now();
  source_.ends([this, at](const std::optional<intake::Ends>& ends) {
    asking_ = false;
    if (!merger_) return;     // stopped meanwhile
    if (!ends) return arm();  // unreachable: on_reachable has said so; the timer asks again
    ends_ = ends->next_offset;
    merger_->ends_at(at, *ends);
    turn();
  });
}

Instant Pump::next_due() const {
  Instant next = kNever;
  for (const Lane& lane : lanes_) next = std::min(next, lane.next);
  return next;
}

void Pump::arm() {
  const Instant now = clock_.now();
  const Instant next = next_due();
  Duration sleep = next > now ? std::min(options_.longest_sleep, next - now) : limits::kBatchWait;
  if (state_.clock_suspicious) sleep = options_.longest_sleep;  // what is due waits for a person
  const Duration at = clock_.monotonic() + sleep;
  if (at >= armed_) return;
  armed_ = at;
  scheduler_.after(sleep, [this, at, alive = std::weak_ptr(alive_)] {
    if (alive.expired() || armed_ != at) return;  // an earlier turn was wanted meanwhile
    armed_ = Duration::max();
    turn();
  });
}

void Pump::check_clock() {
  const Instant now = clock_.now();
  const Duration monotonic = clock_.monotonic();
  const Duration step = (now - last_clock_) - (monotonic - last_monotonic_);
  const Instant before = last_clock_;
  const Duration since = last_monotonic_;
  last_clock_ = now;
  last_monotonic_ = monotonic;
  if (state_.clock_suspicious && step < -options_.suspicious_step / 2) return confirm_clock();  // set back
  if (step <= options_.suspicious_step || state_.clock_suspicious) return;
  state_.clock_suspicious = true;
  trusted_ = before;
  trusted_since_ = since;
  log::error(
      "the clock was set forward by {} minutes; deadlines are held until that is confirmed (SIGUSR1) or "
      "undone",
      std::chrono::duration_cast<std::chrono::minutes>(step).count());
  if (on_state) on_state();
}

/// While the clock is not believed time goes on from where it was: records are not early.
Instant Pump::trusted_now() const {
  return state_.clock_suspicious ? trusted_ + (clock_.monotonic() - trusted_since_) : clock_.now();
}

void Pump::confirm_clock() {
  if (!std::exchange(state_.clock_suspicious, false)) return;
  log::info("the clock is confirmed; deadlines go on");
  if (on_state) on_state();
  wake();
}

void Pump::update_back_pressure() {
  state_.buffered = merger_->buffered();
  for (auto input = paused_.begin(); input != paused_.end();)
    if (merger_->buffered(*input) < limits::kResumeRecords) {
      source_.resume(*input);
      input = paused_.erase(input);
    } else {
      ++input;
    }
}

bool Pump::idle() const {
  return std::all_of(lanes_.begin(), lanes_.end(), [](const Lane& lane) { return lane.unapplied.empty(); });
}

/// Everything up to the start has been applied: what was held goes out as the rules' `missed` says.
void Pump::finish_catching_up() {
  if (state_.caught_up || releasing_ || !idle() || dispatched_ < started_) return;
  releasing_ = true;
  auto left = std::make_shared<size_t>(lanes_.size());
  auto released = std::make_shared<bool>(true);
  for (Lane& lane : lanes_)
    lane.shard->caught_up(dispatched_, [this, left, released](bool done) {
      *released &= done;
      if (--*left > 0) return;
      releasing_ = false;
      if (!*released) return;  // once more when the ledger is open again
      state_.caught_up = true;
      if (on_state) on_state();
      if (on_progress) on_progress({});
      turn();
    });
}

std::vector<api::InputStatus> Pump::inputs() const {
  std::vector<api::InputStatus> found;
  if (!merger_) return found;
  for (const auto& [input, next_offset] : merger_->taken()) {
    api::InputStatus status{input, next_offset, std::nullopt};
    if (const auto end = ends_.find(input); end != ends_.end()) status.end = end->second;
    found.push_back(std::move(status));
  }
  return found;
}

void Pump::hold(std::function<void()> quiet) {
  held_ = true;
  quiet_ = std::move(quiet);
  wake();
}

void Pump::stop(std::function<void()> stopped) {
  stopping_ = true;
  hold([this, stopped = std::move(stopped)] {
    merger_.reset();
    stopped();
  });
}

void Pump::resume(std::shared_ptr<const rule::Configuration> configuration) {
  decoder_ = std::make_unique<event::Decoder>(configuration->catalog, configuration->zone);
  held_ = false;
  for (Lane& lane : lanes_) lane.next = dispatched_;  // re-planned: look at once
  wake();
}

void Pump::on_records(std::vector<event::Record> records) {
  std::set<event::Input> touched;
  for (event::Record& record : records) {
    if (touched.empty() || !touched.contains(*record.input)) touched.insert(*record.input);
    merger_->add(std::move(record));
  }
  for (const event::Input& input : touched)
    if (merger_->buffered(input) >= limits::kPauseRecords && paused_.insert(input).second)
      source_.pause(input);
  turn();
}

void Pump::on_stopped(const event::Input& input, const std::string& reason) {
  log::error("an input is stopped and waits for a decision: {}", reason);
  merger_->stop(input);
  halted_.insert(input);
  state_.stopped.insert(reason);
  lanes_.front().shard->note("input", clock_.now(), input.topic + "/" + std::to_string(input.partition),
                             ledger::AuditBody().text("stopped", reason).str());
  if (on_state) on_state();
  wake();
}

void Pump::on_reachable(bool reachable, const std::string& detail) {
  if (!connected_ || reachable == state_.reachable) return;
  state_.reachable = reachable;
  unreachable_since_ = clock_.monotonic();
  if (reachable)
    log::info("the broker can be reached again: {}", detail);
  else
    log::warning("the broker cannot be reached: {}", detail);
  if (on_state) on_state();
}

void Pump::on_finished() {
  source_finished_ = true;
  wake();
}

}  // namespace duban::app
