// Configuration versions in the running daemon: taken up at the start, read anew, checked, swapped once.
#include <filesystem>

#include "app/daemon.hpp"
#include "app/notify.hpp"
#include "core/log.hpp"

namespace duban::app {

/// What happened before the start is judged by the version that was in force then (architecture.md, invariant
/// 8).
void Daemon::resume_version() {
  if (!std::filesystem::exists(ledger_file(0))) return;
  try {
    ledger::Options storage;
    storage.path = ledger_file(0);
    storage.read_only = true;
    ledger::Ledger ledger(storage);
    const std::string version = ledger.active_configuration();
    if (version.empty() || version == loaded_.configuration->version) return;
    Diagnostics findings;
    auto before = rule::restore(version, ledger.configuration_texts(version), findings);
    if (!before) {
      log::warning(
          "configuration {} of the ledger cannot be read any more; the files' version is active at once:\n{}",
          version, findings.text());
      return;
    }
    log::info(
        "the configuration has changed while the daemon was stopped: {} is active until what came before is "
        "applied, then {}",
        version, loaded_.configuration->version);
    awaited_ = loaded_;
    loaded_.configuration = std::move(before);
  } catch (const ledger::StorageError&) {
    // Opening the shards says what is wrong with it.
  }
}

void Daemon::reload() {
  if (stopping_ || std::exchange(reloading_, true)) return;
  notify::reloading();
  Diagnostics findings;
  Loaded next = load_all(loaded_.settings.file, findings);
  const auto refuse = [this](const std::string& why) {
    log::error("reload refused, the configuration stays as it was:\n{}", why);
    reloading_ = false;
    notify::ready();
  };
  if (findings.has_errors() || !next.configuration) return refuse(findings.text());
  if (next.settings.shards != loaded_.settings.shards)
    return refuse("the number of shards changes only while the daemon is stopped");
  change_to(std::move(next), [this, refuse](const std::string& refused) {
    if (!refused.empty()) return refuse(refused);
    reloading_ = false;
    notify::ready();
  });
}

/// Waits until every shard is quiet, asks all of them, then swaps once; a single objection stops it.
void Daemon::change_to(Loaded next, std::function<void(const std::string& refused)> done) {
  if (stopping_) return;  // the next start finds the files
  pump_->hold([this, next = std::move(next), done = std::move(done)] {
    auto left = std::make_shared<size_t>(shards_.size());
    auto objections = std::make_shared<std::string>();
    for (const auto& shard : shards_)
      shard->objection(next.configuration,
                       [this, next, done, left, objections](const std::string& objection) {
                         if (!objection.empty()) *objections = objection;
                         if (--*left > 0) return;
                         if (objections->empty()) return activate(next, done);
                         pump_->resume(loaded_.configuration);
                         done(*objections);
                       });
  });
}

/// Every shard is quiet and agrees: the configuration takes effect as an input of their journals.
void Daemon::activate(Loaded next, std::function<void(const std::string& refused)> done) {
  std::string error;
  std::vector<std::unique_ptr<delivery::Channel>> channels = make_channels(next.settings, error);
  if (!error.empty()) {
    log::error("the channels stay as they were: {}", error);
  } else {
    dispatcher_->use(next.settings.paces, next.settings.link());
    dispatcher_->replace(std::move(channels), next.settings.shutdown_limit);
  }
  auto left = std::make_shared<size_t>(shards_.size());
  const Instant at = clock_.now();
  loaded_ = std::move(next);
  reload_api();
  for (const auto& shard : shards_)
    shard->configure(loaded_.configuration, at, [this, left, done](const std::string& refused) {
      if (!refused.empty()) log::error("a shard refused the configuration: {}", refused);
      if (--*left > 0) return;
      log::info("configuration {} is active", loaded_.configuration->version);
      pump_->resume(loaded_.configuration);
      done({});
    });
}

}  // namespace duban::app
