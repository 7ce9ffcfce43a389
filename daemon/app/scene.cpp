#include "app/scene.hpp"

#include <algorithm>

#include "core/limits.hpp"

namespace duban::app {

Scene::Scene(std::shared_ptr<const rule::Configuration> configuration, std::string ledger_path)
    : configuration_(std::move(configuration)),
      decoder_(std::make_unique<event::Decoder>(configuration_->catalog, configuration_->zone)) {
  ledger::Options storage;
  storage.path = std::move(ledger_path);
  ledger_ = std::make_unique<ledger::Ledger>(storage);
  engine::Options options;
  options.on_alert = [this](const ledger::Alert& alert) {
    const ledger::Entity* subject = ledger_->get(alert.entity);
    alerts_.push_back({alert.at, ledger_->text(alert.rule), subject->kind->name + "/" + subject->key,
                       ledger_->text(alert.stage), alert.json});
  };
  options.on_dead_letter = [this](const ledger::DeadLetter& letter) { refused_.push_back(letter); };
  engine_ = std::make_unique<engine::Engine>(*ledger_, configuration_, std::move(options));
}

Scene::~Scene() = default;

void Scene::feed(event::Record record) {
  waiting_.push_back(std::move(record));
  // Ticks of the last record's instant come after every event of that instant: it is not complete yet.
  if (waiting_.size() >= limits::kBatchRecords) flush(waiting_.back().at - Duration{1});
}

void Scene::run_to(Instant t) { flush(t); }

std::string Scene::configure(std::shared_ptr<const rule::Configuration> next) {
  if (std::string refusal = engine_->configure(next, engine_->instant()); !refusal.empty()) return refusal;
  configuration_ = std::move(next);
  decoder_ = std::make_unique<event::Decoder>(configuration_->catalog, configuration_->zone);
  return {};
}

void Scene::flush(Instant frontier) {
  cel::Arena arena;
  engine::Batch batch;
  batch.frontier = frontier;
  batch.inputs.reserve(waiting_.size());
  for (const event::Record& record : waiting_) batch.inputs.push_back(decoder_->decode(record, arena));
  events_ += waiting_.size();
  bool more = engine_->apply(batch).more;
  waiting_.clear();
  while (more) {
    engine::Batch ticks;
    ticks.frontier = frontier;
    more = engine_->apply(ticks).more;
  }
}

std::vector<Said> Scene::alerts() const {
  std::vector<Said> sorted = alerts_;
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const Said& a, const Said& b) { return a.order() < b.order(); });
  return sorted;
}

std::vector<Said> Scene::take(Instant t) {
  const auto later =
      std::stable_partition(alerts_.begin(), alerts_.end(), [&](const Said& said) { return said.at < t; });
  std::vector<Said> taken(std::make_move_iterator(alerts_.begin()), std::make_move_iterator(later));
  alerts_.erase(alerts_.begin(), later);
  std::stable_sort(taken.begin(), taken.end(),
                   [](const Said& a, const Said& b) { return a.order() < b.order(); });
  return taken;
}

}  // namespace duban::app
