#include "app/forecast.hpp"

#include <stdlib.h>

#include <algorithm>
#include <filesystem>

#include "ledger/copy.hpp"

namespace duban::app {
namespace {

/// A folder that vanishes with it.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "duban-forecast-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr)
      throw ledger::StorageError("no temporary folder can be made at " + name +
                                 "; set TMPDIR to one with space");
    path_ = name;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

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
  const TemporaryFolder folder;
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
