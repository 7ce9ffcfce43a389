#include "app/daemon.hpp"

#include <asio/post.hpp>
#include <filesystem>
#include <thread>

#include "app/exit_codes.hpp"
#include "app/message_link.hpp"
#include "app/notify.hpp"
#include "core/log.hpp"
#include "delivery/asio_scheduler.hpp"

namespace duban::app {
namespace {

size_t pool_size(int shards) {
  const size_t cores = std::max(1U, std::thread::hardware_concurrency());
  return std::min(cores, static_cast<size_t>(shards));
}

PumpOptions pump_options(const Settings& settings) {
  PumpOptions options;
  options.tick_grace = settings.tick_grace;
  return options;
}

}  // namespace

Daemon::Daemon(asio::io_context& loop, const Clock& clock, Loaded loaded,
               std::unique_ptr<intake::Source> source, DaemonOptions options)
    : loop_(loop),
      clock_(clock),
      loaded_(std::move(loaded)),
      source_(std::move(source)),
      options_(std::move(options)),
      pool_(pool_size(loaded_.settings.shards)),
      scheduler_(delivery::make_asio_scheduler(loop)),
      watchdog_(loop),
      drained_(loop),
      audit_timer_(loop),
      file_watch_(loop, [this] { reload(); }),
      calendar_timer_(loop) {}

Daemon::~Daemon() { pool_.join(); }

void Daemon::start(std::function<void(int)> ended) {
  ended_ = std::move(ended);
  resume_version();
  open_shards();
}

// ---- start-up, step by step

std::string Daemon::ledger_file(int shard) const {
  const Settings& settings = loaded_.settings;
  return settings.store_directory + "/shard-" + std::to_string(shard) + "-of-" +
         std::to_string(settings.shards) + ".db";
}

/// A ledger in the store that belongs to another number of shards; empty if there is none.
std::string Daemon::other_sharding() const {
  const std::string ours = "-of-" + std::to_string(loaded_.settings.shards) + ".db";
  for (const auto& entry : std::filesystem::directory_iterator(loaded_.settings.store_directory)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with("shard-") && name.ends_with(".db") && !name.ends_with(ours))
      return entry.path().string();
  }
  return {};
}

void Daemon::open_shards() {
  const Settings& settings = loaded_.settings;
  std::error_code failed;
  std::filesystem::create_directories(settings.store_directory, failed);
  if (failed) {
    log::error("store.directory {} cannot be made: {}", settings.store_directory, failed.message());
    return end(kStorage);
  }
  if (const std::string other = other_sharding(); !other.empty()) {
    log::error(
        "{} was written with another number of shards than shards: {}; what it has said would be said again. "
        "Set the old number, or move the old ledgers away and say first_load_until",
        other, settings.shards);
    return end(kStorage);
  }
  if (settings.shards > 1 && !loaded_.configuration->rules.measures.empty()) {
    log::error(
        "the rules have measures, which count what one shard holds, but shards is {}; set shards: 1, or "
        "remove "
        "the measures and what asks for them",
        settings.shards);
    return end(kConfiguration);
  }
  if (!open_api()) return;
  std::vector<Shard*> shards;
  for (int i = 0; i < settings.shards; ++i) {
    ShardOptions options;
    options.clock = &clock_;
    options.storage.path = ledger_file(i);
    options.engine.ownership = {i, settings.shards};
    options.engine.first_load_until = settings.first_load_until;
    if (!settings.dead_letter_topic.empty()) options.engine.dead_letter_channel = kDeadLetterChannel;
    shards_.push_back(
        std::make_unique<Shard>(loop_, pool_.get_executor(), loaded_.configuration, std::move(options)));
    shards_.back()->on_failure = [this, shard = shards_.back().get()](const std::string& what) {
      log::error("{}; intake pauses until the storage works again", what);
      if (pump_) pump_->storage_failed(*shard);
      say_status();
    };
    shards.push_back(shards_.back().get());
  }
  pump_ = std::make_unique<Pump>(loop_, *scheduler_, clock_, *source_, shards, loaded_.configuration,
                                 pump_options(settings));
  auto left = std::make_shared<size_t>(shards_.size());
  for (const auto& shard : shards_)
    shard->open([this, left](const Opened& opened) {
      if (!opened.error.empty() && ended_) {
        log::error("{}", opened.error);
        return end(kStorage);
      }
      note_opened(opened);
      if (--*left == 0 && ended_) open_delivery();
    });
}

/// A restart reads on from the lowest position of all shards; each skips what it has.
void Daemon::note_opened(const Opened& opened) {
  reached_ = first_opened_ ? opened.reached : std::min(reached_, opened.reached);
  for (const ledger::Position& position : opened.positions) {
    const auto known = positions_.find(position.input);
    if (known == positions_.end())
      positions_[position.input] = position;
    else if (position.next_offset < known->second.next_offset)
      known->second = position;
  }
  first_opened_ = false;
}

std::vector<std::unique_ptr<delivery::Channel>> Daemon::make_channels(const Settings& settings,
                                                                      std::string& error) {
  std::vector<std::unique_ptr<delivery::Channel>> channels;
  if (options_.own_channels) channels = options_.own_channels();
  std::vector<delivery::ChannelSettings> wanted = settings.channels;
  if (!settings.dead_letter_topic.empty()) {
    delivery::ChannelSettings dead_letters;
    dead_letters.name = kDeadLetterChannel;
    dead_letters.type = "dead-letter";
    dead_letters.topic = settings.dead_letter_topic;
    wanted.push_back(std::move(dead_letters));
  }
  const auto kafka = settings.kafka_properties(error);
  for (delivery::ChannelSettings& channel : wanted) {
    if (channel.type == "kafka" || channel.type == "dead-letter") {
      // The settings' properties first: the channel's own override them.
      std::vector<std::pair<std::string, std::string>> properties(kafka.begin(), kafka.end());
      std::erase_if(properties, [](const auto& p) { return p.first == "group.id"; });
      properties.insert(properties.end(), channel.properties.begin(), channel.properties.end());
      channel.properties = std::move(properties);
    }
    delivery::MadeChannel made =
        delivery::make_channel(channel, {loop_, clock_, loaded_.configuration->zone});
    if (made.channel)
      channels.push_back(std::move(made.channel));
    else
      error += (error.empty() ? "" : "; ") + ("channel '" + channel.name + "': " + made.error);
  }
  return channels;
}

void Daemon::open_delivery() {
  std::string error;
  std::vector<std::unique_ptr<delivery::Channel>> channels = make_channels(loaded_.settings, error);
  if (!error.empty()) {
    log::error("{}", error);
    return end(kConfiguration);
  }
  delivery::DispatcherOptions options;
  options.first_retry = loaded_.settings.retry_first;
  options.longest_retry = loaded_.settings.retry_most;
  options.seed = static_cast<uint64_t>(ms_of(clock_.now()));  // of the jitter alone
  options.paces = loaded_.settings.paces;
  options.link = message_link(loaded_.settings, clock_);
  std::vector<delivery::Outbox*> outboxes;
  for (const auto& shard : shards_) outboxes.push_back(shard.get());
  dispatcher_ =
      std::make_unique<delivery::Dispatcher>(outboxes, std::move(channels), clock_, *scheduler_, options);
  open_source();
}

void Daemon::open_source() {
  Diagnostics findings;
  std::vector<event::Record> directory;
  if (!loaded_.settings.directory_file.empty())
    directory = directory_records(loaded_.settings.directory_file, findings);
  if (findings.has_errors()) {
    log::error("{}", findings.text());
    return end(kConfiguration);
  }
  pump_->on_progress = [this](const engine::Applied&) { dispatcher_->wake(); };
  pump_->on_state = [this] {
    say_status();
    activate_awaited();
  };
  if (options_.stop_when_finished) pump_->on_finished_all = [this] { stop_when_delivered(); };
  pump_->start(reached_, std::move(directory));
  dispatcher_->wake();
  trim_audit();
  beat();
  watch_files();
  look_at_calendar();
  notify::ready();
  say_status();
  log::info(
      "started: {} shard(s), configuration {}, {}", shards_.size(), loaded_.configuration->version,
      reached_ == Instant{} ? "a new ledger" : "ledger at " + loaded_.configuration->zone.format(reached_));
  source_->open([this](const std::vector<event::Input>& inputs, const std::string& error) {
    if (!error.empty() && ended_) {
      log::error("{}", error);
      return end(kSource);
    }
    if (!stopping_) connect(inputs);
  });
  if (std::exchange(reload_again_, false)) reload();
}

void Daemon::connect(const std::vector<event::Input>& inputs) {
  std::map<event::Input, intake::Start> from;
  for (const event::Input& input : inputs) {
    intake::Start start;
    bool known = false;
    if (const auto position = positions_.find(input); position != positions_.end()) {
      start = {position->second.next_offset, position->second.leader_epoch, position->second.cluster};
      known = true;
    }
    if (options_.accept_cluster) start.cluster.clear();
    if (const auto seek = options_.seeks.find(input); seek != options_.seeks.end()) {
      note_seek(input, seek->second, known ? std::optional(start.next_offset) : std::nullopt);
      start = {seek->second, -1, {}};
      known = true;
    }
    if (known) from[input] = start;
  }
  pump_->connect(inputs, from);
  if (on_ready) on_ready();
}

// ---- while running

void Daemon::wake() {
  pump_->wake();
  if (!dispatcher_) return;
  look_at_calendar();
  look_at_audit();
}

void Daemon::counts(std::function<void(ledger::Ledger::Counts)> done) {
  auto sum = std::make_shared<ledger::Ledger::Counts>();
  auto left = std::make_shared<size_t>(shards_.size());
  for (const auto& shard : shards_)
    shard->counts([sum, left, done](const ledger::Ledger::Counts& counts) {
      sum->open_items += counts.open_items;
      sum->alerts += counts.alerts;
      sum->pending += counts.pending;
      sum->held += counts.held;
      sum->rejected += counts.rejected;
      sum->dead_letters += counts.dead_letters;
      sum->entities += counts.entities;
      if (--*left == 0) done(*sum);
    });
}

/// The watchdog is fed by the pipeline itself: only when every shard has answered.
void Daemon::beat() {
  const std::optional<Duration> interval = notify::watchdog_interval();
  if (!interval || stopping_) return;
  watchdog_.expires_after(*interval);
  watchdog_.async_wait([this](asio::error_code cancelled) {
    if (cancelled || stopping_) return;
    auto left = std::make_shared<size_t>(shards_.size());
    for (const auto& shard : shards_)
      shard->pulse([this, left] {
        if (--*left > 0) return;
        notify::alive();
        beat();
      });
  });
}

void Daemon::say_status() {
  const PumpState& state = pump_->state();
  std::string text = state.storage_failed     ? "storage failed, intake paused"
                     : state.clock_suspicious ? "clock stepped forward, deadlines held: confirm with SIGUSR1"
                     : !state.stopped.empty() ? "input stopped: " + *state.stopped.begin()
                     : !state.reachable       ? "broker out of reach"
                     : state.caught_up        ? "running"
                                              : "catching up";
  for (const std::string& note : notes()) text += "; " + note;
  notify::status(text);
}

// ---- the end

/// A finite source is at its end: what it raised is still to be delivered.
void Daemon::stop_when_delivered() {
  counts([this](const ledger::Ledger::Counts& counts) {
    if (stopping_) return;
    if (counts.pending == 0) return stop();
    drained_.expires_after(std::chrono::milliseconds(100));
    drained_.async_wait([this](asio::error_code cancelled) {
      if (!cancelled) stop_when_delivered();
    });
  });
}

void Daemon::stop() {
  if (std::exchange(stopping_, true)) return;
  log::info("stopping: what is under way is finished within {} s",
            std::chrono::duration_cast<std::chrono::seconds>(loaded_.settings.shutdown_limit).count());
  notify::stopping();
  watchdog_.cancel();
  drained_.cancel();
  calendar_timer_.cancel();
  file_watch_.close();
  audit_timer_.cancel();
  if (!pump_ || !dispatcher_) return end(kOk);
  const Duration limit = loaded_.settings.shutdown_limit;
  source_->stop(limit, [this, limit] {
    pump_->stop([this, limit] { dispatcher_->stop(limit, [this] { close_shards(); }); });
  });
}

void Daemon::close_shards() {
  auto left = std::make_shared<size_t>(shards_.size());
  for (const auto& shard : shards_)
    shard->close([this, left] {
      if (--*left == 0) end(kOk);
    });
}

void Daemon::end(int code) {
  if (api_) api_->stop();
  if (ended_) std::exchange(ended_, nullptr)(code);
}

}  // namespace duban::app
