#include "life.hpp"

namespace duban::sim {
namespace {

constexpr Duration kShutdownLimit{std::chrono::seconds(5)};
/// The pump would look at its clock every second; what a year of that costs is not what is simulated.
constexpr Duration kLongestSleep{std::chrono::hours(8)};

}  // namespace

std::string ledger_path(int shard, int shards) {
  return "/store/shard-" + std::to_string(shard) + "-of-" + std::to_string(shards) + ".db";
}

Life::Life(SimTime& time, Broker& broker, std::vector<Receiver>& receivers,
           std::shared_ptr<const rule::Configuration> configuration, LifeOptions options,
           std::function<void(const std::string&)> seen)
    : time_(time),
      broker_(broker),
      receivers_(receivers),
      configuration_(std::move(configuration)),
      options_(options),
      seen_(std::move(seen)),
      source_(broker.connect()) {
  std::vector<app::Shard*> shards;
  for (int i = 0; i < options_.shards; ++i) {
    app::ShardOptions shard;
    shard.storage.path = ledger_path(i, options_.shards);
    shard.storage.own_thread = false;
    shard.storage.wal_pages = options_.wal_pages;
    shard.storage.page_cache_kib = 1024;
    shard.clock = &time_;
    shard.engine.ownership = {i, options_.shards};
    shard.engine.dead_letter_channel = "dead-letters";
    shards_.push_back(
        std::make_unique<app::Shard>(loop_, loop_.get_executor(), configuration_, std::move(shard)));
    shards_.back()->on_failure = [this, shard = shards_.back().get()](const std::string&) {
      ++storage_failures_;
      if (pump_) pump_->storage_failed(*shard);
    };
    shards.push_back(shards_.back().get());
  }
  app::PumpOptions pump;
  pump.longest_sleep = kLongestSleep;
  pump_ = std::make_unique<app::Pump>(loop_, time_, time_, *source_, shards, configuration_, pump);
  unopened_ = shards_.size();
  for (const auto& shard : shards_) shard->open([this](const app::Opened& answer) { opened(answer); });
}

Life::~Life() { time_.forget_timers(); }

bool Life::step() {
  if (loop_.stopped()) loop_.restart();
  return loop_.poll_one() > 0;
}

void Life::opened(const app::Opened& answer) {
  if (!answer.error.empty()) {
    failed_ = answer.error;
    return;
  }
  reached_ = std::min(reached_, answer.reached);
  for (const ledger::Position& position : answer.positions) {
    const auto [known, is_new] = positions_.emplace(position.input, position);
    if (!is_new && position.next_offset < known->second.next_offset) known->second = position;
  }
  if (--unopened_ == 0 && failed_.empty()) open_delivery();
}

std::vector<std::unique_ptr<delivery::Channel>> Life::channels() {
  std::vector<std::unique_ptr<delivery::Channel>> made;
  for (Receiver& receiver : receivers_) made.push_back(make_channel(receiver, time_, seen_));
  return made;
}

void Life::open_delivery() {
  delivery::DispatcherOptions options;
  options.seed = options_.seed;
  std::vector<delivery::Outbox*> outboxes;
  for (const auto& shard : shards_) outboxes.push_back(shard.get());
  dispatcher_ = std::make_unique<delivery::Dispatcher>(outboxes, channels(), time_, time_, options);
  pump_->on_progress = [this](const engine::Applied&) { dispatcher_->wake(); };
  pump_->start(reached_, {});
  dispatcher_->wake();
  source_->open([this](const std::vector<event::Input>& inputs, const std::string&) { connect(inputs); });
}

void Life::connect(const std::vector<event::Input>& inputs) {
  std::map<event::Input, intake::Start> from;
  for (const event::Input& input : inputs) {
    const auto position = positions_.find(input);
    if (options_.from_earliest)
      from[input] = {std::max(broker_.partitions()[static_cast<size_t>(input.partition)].first,
                              position != positions_.end() ? position->second.next_offset : 0),
                     -1,
                     {}};
    else if (position != positions_.end())
      from[input] = {position->second.next_offset, position->second.leader_epoch, position->second.cluster};
  }
  pump_->connect(inputs, from);
}

void Life::edit(std::shared_ptr<const rule::Configuration> next) {
  if (editing_ || !dispatcher_ || stopped_) return;  // as a reload that comes too early: the files stay
  editing_ = true;
  pump_->hold([this, next = std::move(next)] {
    auto left = std::make_shared<size_t>(shards_.size());
    auto objections = std::make_shared<std::string>();
    for (const auto& shard : shards_)
      shard->objection(next, [this, next, left, objections](const std::string& objection) {
        if (!objection.empty()) *objections = objection;
        if (--*left > 0) return;
        if (objections->empty()) return swap(next);
        editing_ = false;
        pump_->resume(configuration_);
      });
  });
}

void Life::swap(std::shared_ptr<const rule::Configuration> next) {
  configuration_ = std::move(next);
  dispatcher_->replace(channels(), kShutdownLimit);
  auto left = std::make_shared<size_t>(shards_.size());
  for (const auto& shard : shards_)
    shard->configure(configuration_, time_.now(), [this, left](const std::string&) {
      if (--*left > 0) return;
      editing_ = false;
      pump_->resume(configuration_);
    });
}

void Life::stop() {
  if (!dispatcher_) return;
  source_->stop(kShutdownLimit, [this] {
    pump_->stop([this] {
      dispatcher_->stop(kShutdownLimit, [this] {
        auto left = std::make_shared<size_t>(shards_.size());
        for (const auto& shard : shards_) shard->close([this, left] { stopped_ = --*left == 0; });
      });
    });
  });
}

void Life::confirm_clock() {
  if (pump_) pump_->confirm_clock();
}
void Life::wake() {
  if (pump_) pump_->wake();
}

}  // namespace duban::sim
