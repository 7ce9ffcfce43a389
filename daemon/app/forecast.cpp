#include "app/forecast.hpp"

#include <algorithm>

#include "app/temporary_folder.hpp"
#include "ledger/copy.hpp"

namespace duban::app {
namespace {

/// One shard's copy, with its engine.
class Ahead {
 public:
  Ahead(const StoreFile& file, const std::string& copy,
        std::shared_ptr<const rule::Configuration> configuration, std::vector<Said>& alerts) {
    ledger::copy(file.path, copy);
    ledger::Options storage;
    storage.path = copy;
    ledger_ = std::make_unique<ledger::Ledger>(storage);
    from_ = ledger_->instant();
    engine::Options options;
    options.ownership = file.ownership;
    options.on_alert = [this, &alerts](const ledger::Alert& alert) {
      const ledger::Entity* subject = ledger_->get(alert.entity);
      alerts.push_back({alert.at, ledger_->text(alert.rule), subject->kind->name + "/" + subject->key,
                        ledger_->text(alert.stage), alert.json});
    };
    engine_ = std::make_unique<engine::Engine>(*ledger_, std::move(configuration), std::move(options));
  }

  void run_to(Instant t) {
    engine::Batch ticks;
    ticks.frontier = t;
    while (engine_->apply(ticks).more) {
    }
  }
  Instant from() const { return from_; }

 private:
  std::unique_ptr<ledger::Ledger> ledger_;
  std::unique_ptr<engine::Engine> engine_;
  Instant from_{};
};

}  // namespace

Forecast forecast(const std::vector<StoreFile>& store,
                  const std::shared_ptr<const rule::Configuration>& configuration, Duration length) {
  const TemporaryFolder folder("forecast");
  Forecast forecast;
  std::vector<std::unique_ptr<Ahead>> shards;
  for (const StoreFile& file : store) {
    const std::string copy =
        folder.path() + "/" + store_file_name(file.ownership.index, file.ownership.count);
    shards.push_back(std::make_unique<Ahead>(file, copy, configuration, forecast.alerts));
    forecast.from = std::max(forecast.from, shards.back()->from());
  }
  for (const auto& shard : shards) shard->run_to(forecast.from + length);
  std::sort(forecast.alerts.begin(), forecast.alerts.end(),
            [](const Said& a, const Said& b) { return a.order() < b.order(); });
  return forecast;
}

}  // namespace duban::app
