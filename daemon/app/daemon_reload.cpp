// Configuration versions in the running daemon: taken up at the start, read anew, checked, swapped once.
#include <filesystem>

#include "app/daemon.hpp"
#include "app/message_link.hpp"
#include "app/notify.hpp"
#include "core/log.hpp"

namespace duban::app {
namespace {

std::vector<std::string> watched_paths(const Settings& settings) {
  const rule::Sources& sources = settings.sources;
  std::vector<std::string> paths{settings.file, sources.catalog_directory, sources.calendar_directory};
  paths.insert(paths.end(), sources.rules.begin(), sources.rules.end());
  if (!sources.routes_file.empty()) paths.push_back(sources.routes_file);
  return paths;
}

}  // namespace

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

/// What the start has put off: everything that came before is applied.
void Daemon::activate_awaited() {
  if (!awaited_ || reloading_ || !pump_->state().caught_up) return;
  reloading_ = true;
  change_to(*std::exchange(awaited_, std::nullopt),
            [this](const std::string& refused) { reloaded(refused); });
}

void Daemon::reload() {
  if (stopping_) return;
  if (!dispatcher_ || reloading_) {  // not started yet, or the files may have been read before they changed
    reload_again_ = true;
    return;
  }
  reloading_ = true;
  notify::reloading();
  watch_files();  // folders may have been replaced; before they are read, so that no change is missed
  Diagnostics findings;
  Loaded next = load_all(loaded_.settings.file, findings);
  if (findings.has_errors() || !next.configuration) return reloaded(findings.text());
  if (next.settings.shards != loaded_.settings.shards)
    return reloaded("the number of shards changes only while the daemon is stopped");
  if (awaited_) {
    awaited_ = std::move(next);
    return reloaded({});
  }
  change_to(std::move(next), [this](const std::string& refused) { reloaded(refused); });
}

void Daemon::reloaded(const std::string& refused) {
  reloading_ = false;
  refusal_ = refused.substr(0, refused.find('\n'));
  if (!refused.empty()) log::error("reload refused, the configuration stays as it was:\n{}", refused);
  notify::ready();
  look_at_calendar();
  say_status();
  if (std::exchange(reload_again_, false)) reload();
}

void Daemon::watch_files() {
  if (loaded_.settings.watch_files && !stopping_)
    file_watch_.watch(watched_paths(loaded_.settings), loaded_.settings.reload_after);
  else
    file_watch_.close();
}

/// Dates in a year that is not announced are provisional, and only a person can bring the notice in. Said
/// once a day.
void Daemon::look_at_calendar() {
  const rule::Configuration& configuration = *loaded_.configuration;
  const Date today = configuration.zone.date(clock_.now());
  const auto missing = configuration.calendar->missing_year(today);
  const bool changed = std::exchange(missing_year_, missing) != missing;
  if (missing && std::exchange(warned_on_, today) != today)
    log::warning("{}: its dates are provisional until the notice is imported (docs/operations.md)",
                 notes().front());
  if (changed) say_status();
  calendar_timer_.expires_after(std::chrono::minutes(10));
  calendar_timer_.async_wait([this](asio::error_code cancelled) {
    if (!cancelled && !stopping_) look_at_calendar();
  });
}

std::vector<std::string> Daemon::notes() const {
  std::vector<std::string> notes;
  if (missing_year_)
    notes.push_back("the arrangement of " + std::to_string(*missing_year_) + " is missing in " +
                    loaded_.settings.sources.calendar_directory);
  if (!refusal_.empty()) notes.push_back("the configuration's files are refused: " + refusal_);
  return notes;
}

/// Waits until every shard is quiet, asks all of them, then swaps once; a single objection stops it.
void Daemon::change_to(Loaded next, std::function<void(const std::string& refused)> done) {
  if (stopping_) return;  // the next start finds the files
  // The engines keep what they have of a version that is active: what decodes their events must be the same,
  // or its kinds are others than theirs.
  if (next.configuration->version == loaded_.configuration->version)
    next.configuration = loaded_.configuration;
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
    dispatcher_->use(next.settings.paces, message_link(next.settings, clock_));
    dispatcher_->replace(std::move(channels), next.settings.shutdown_limit);
  }
  auto left = std::make_shared<size_t>(shards_.size());
  const Instant at = clock_.now();
  const Settings before = std::exchange(loaded_, std::move(next)).settings;
  if (before.watch_files != loaded_.settings.watch_files ||
      watched_paths(before) != watched_paths(loaded_.settings))
    watch_files();
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
