// config/duban.yaml: where to listen, where to keep state, how to send (rules.md, "Settings").
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/http_settings.hpp"
#include "core/diagnostic.hpp"
#include "core/log.hpp"
#include "delivery/channel_settings.hpp"
#include "delivery/words.hpp"
#include "event/event.hpp"
#include "rule/configuration.hpp"

namespace duban::app {

struct Settings {
  std::string file;
  /// To librdkafka as they stand; secrets are read from their files when a client is made.
  std::map<std::string, std::string> kafka;
  std::map<std::string, std::string> kafka_secret_files;
  std::vector<std::string> topics;
  std::string dead_letter_topic;

  std::string store_directory;
  int shards = 1;
  Duration tick_grace{std::chrono::minutes(5)};
  /// Alerts before this instant are recorded, never sent: a first load of old records.
  Instant first_load_until{};

  rule::Sources sources;
  /// Whether changed files are taken up by themselves, once nothing has changed for `reload_after`.
  bool watch_files = true;
  Duration reload_after{std::chrono::seconds(2)};
  std::string directory_file;
  std::vector<delivery::ChannelSettings> channels;
  Duration retry_first{std::chrono::seconds(2)};
  Duration retry_most{std::chrono::minutes(10)};
  /// Limits of channels, instead of those that their type knows of its service.
  std::map<std::string, std::vector<delivery::Pace>> paces;
  /// Where people see what they are told of; empty: messages have no link.
  std::string board;
  Duration shutdown_limit{std::chrono::seconds(20)};
  HttpSettings http;
  Duration audit_keep{0};  // rows of the audit log stay so long; 0: for ever
  log::Level log_level = log::Level::info;

  /// The last line of messages to people; null without a board.
  delivery::Link link() const;
  /// The properties with their secrets; empty and an error text if a secret file cannot be read.
  std::map<std::string, std::string> kafka_properties(std::string& error) const;
};

/// Reads the settings; relative paths are resolved against the file's folder. On errors `out` says why.
Settings load_settings(const std::string& file, Diagnostics& out);

/// Settings with the configuration that they name.
struct Loaded {
  Settings settings;
  std::shared_ptr<const rule::Configuration> configuration;  // null if there were errors
};
Loaded load_all(const std::string& file, Diagnostics& out);

/// The units of the settings' directory as party.upserted records, `at` unset: they are applied before the
/// first other record. Their input's name, and so their ids, have a hash of the file's content: a ledger that
/// has them skips them, and a changed file is applied as a whole.
std::vector<event::Record> directory_records(const std::string& file, Diagnostics& out);

}  // namespace duban::app
