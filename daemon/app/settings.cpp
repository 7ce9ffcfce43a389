#include "app/settings.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "app/channel_reader.hpp"
#include "app/setting_values.hpp"
#include "core/yaml.hpp"

namespace duban::app {
namespace {

class SettingsReader {
 public:
  SettingsReader(yaml::Reader root, std::string file)
      : root_(std::move(root)), folder_(std::filesystem::path(file).parent_path()) {
    settings_.file = std::move(file);
  }

  Settings read() {
    read_kafka(root_.get("kafka"));
    settings_.store_directory = path(root_.required("store").required("directory"));
    root_.get("store").finish();
    read_shards(root_.get("shards"));
    if (const auto grace = root_.get("tick_grace"))
      settings_.tick_grace = grace.duration().value_or(settings_.tick_grace);
    if (const auto limit = root_.get("shutdown_limit"))
      settings_.shutdown_limit = limit.duration().value_or(settings_.shutdown_limit);
    read_sources();
    read_first_load(root_.get("first_load_until"));
    if (const auto directory = root_.get("directory")) settings_.directory_file = path(directory);
    read_channels(root_.get("channels"));
    read_delivery(root_.get("delivery"));
    settings_.http = read_http(root_.get("http"), {[this](const auto& scalar) { return path(scalar); },
                                                   [](const auto& scalar) { return expanded(scalar); }});
    read_reload(root_.get("reload"));
    read_audit(root_.get("audit"));
    read_logging(root_.get("logging"));
    root_.finish();
    return std::move(settings_);
  }

 private:
  std::string path(const yaml::Reader& scalar) const { return path_in(folder_, scalar); }

  void read_kafka(const yaml::Reader& kafka) {
    if (!kafka) return;  // events then come from --source
    for (const auto& [name, value] : kafka.get("properties").entries())
      settings_.kafka[name] = expanded(value);
    for (const auto& [name, value] : kafka.get("secret_properties").entries())
      settings_.kafka_secret_files[name] = path(value);
    settings_.topics = kafka.get("topics").strings();
    settings_.dead_letter_topic = kafka.get("dead_letter_topic").string();
    kafka.finish();
  }

  void read_shards(const yaml::Reader& shards) {
    if (!shards) return;
    const int64_t count = shards.integer(1);
    if (count < 1 || count > 256)
      shards.error("E802", "shards is " + std::to_string(count), "a number from 1 to 256");
    else
      settings_.shards = static_cast<int>(count);
  }

  void read_sources() {
    rule::Sources& sources = settings_.sources;
    if (const auto zone = root_.get("time_zone")) sources.zone = zone.string();
    if (const auto time = root_.get("default_time"))
      sources.default_time = time.time_of_day().value_or(sources.default_time);
    sources.catalog_directory = path(root_.required("catalog"));
    sources.calendar_directory = path(root_.required("calendars"));
    for (const auto& item : root_.required("rules").items_or_one()) sources.rules.push_back(path(item));
    if (const auto routes = root_.get("routes")) sources.routes_file = path(routes);
    if (const auto constants = root_.get("constants")) sources.constants_yaml = constants.to_json();
    for (const auto& [level, areas] : root_.get("automatic").entries())
      sources.automatic[level] = areas.strings();
  }

  void read_first_load(const yaml::Reader& until) {
    if (!until) return;
    const auto zone = Zone::find(settings_.sources.zone);
    const auto instant = zone ? zone->parse(until.string()) : std::nullopt;
    if (instant)
      settings_.first_load_until = *instant;
    else
      until.error("E803", "'" + until.string() + "' is no instant", "write it like 2026-01-01T00:00:00");
  }

  void read_channels(const yaml::Reader& channels) {
    for (const auto& [name, entry] : channels.entries()) {
      settings_.channels.push_back(read_channel(name, entry, folder_));
      settings_.sources.channels.push_back(name);
    }
  }

  void read_delivery(const yaml::Reader& delivery) {
    if (const auto d = delivery.get("retry_first"))
      settings_.retry_first = d.duration().value_or(settings_.retry_first);
    if (const auto d = delivery.get("retry_most"))
      settings_.retry_most = d.duration().value_or(settings_.retry_most);
    for (const auto& [channel, limits] : delivery.get("paces").entries()) {
      if (std::find(settings_.sources.channels.begin(), settings_.sources.channels.end(), channel) ==
          settings_.sources.channels.end())
        limits.error("E501", "unknown channel '" + channel + "'",
                     suggest(channel, settings_.sources.channels));
      std::vector<delivery::Pace>& paces = settings_.paces[channel];
      for (const auto& limit : limits.items_or_one()) paces.push_back(pace(limit));
    }
    if (const auto board = delivery.get("board")) settings_.board = expanded(board);
    if (delivery) delivery.finish();
  }

  /// "20/1m": at most 20 within any minute.
  static delivery::Pace pace(const yaml::Reader& scalar) {
    const std::string text = scalar.string();
    const size_t slash = std::min(text.find('/'), text.size());
    const std::string count = text.substr(0, slash);
    const bool digits =
        !count.empty() && count.size() < 7 && count.find_first_not_of("0123456789") == std::string::npos;
    const auto period = parse_duration(text.substr(std::min(slash + 1, text.size())));
    if (digits && std::stoi(count) > 0 && period && *period > Duration{0}) return {std::stoi(count), *period};
    scalar.error("E804", "'" + text + "' is no limit of a service",
                 "write how many messages within how long, like 20/1m");
    return {1, std::chrono::minutes(1)};
  }

  void read_reload(const yaml::Reader& reload) {
    if (!reload) return;
    settings_.watch_files = reload.get("watch").boolean(true);
    if (const auto after = reload.get("after"))
      settings_.reload_after = after.duration().value_or(settings_.reload_after);
    reload.finish();
  }

  void read_audit(const yaml::Reader& audit) {
    if (const auto keep = audit.get("keep"))
      settings_.audit_keep = keep.duration().value_or(settings_.audit_keep);
    if (audit) audit.finish();
  }

  void read_logging(const yaml::Reader& logging) {
    static const std::vector<std::string> names{"debug", "info", "warning", "error"};
    if (const auto level = logging.get("level")) {
      const std::string name = level.one_of(names, "info");
      const auto found = std::find(names.begin(), names.end(), name);
      settings_.log_level = static_cast<log::Level>(found - names.begin());
    }
    if (logging) logging.finish();
  }

  yaml::Reader root_;
  std::filesystem::path folder_;
  Settings settings_;
};

}  // namespace

std::map<std::string, std::string> Settings::kafka_properties(std::string& error) const {
  std::map<std::string, std::string> properties = kafka;
  for (const auto& [name, secret_file] : kafka_secret_files) {
    std::ifstream in(secret_file);
    std::string secret;
    if (!std::getline(in, secret))
      error = "the secret for Kafka property '" + name + "' cannot be read from " + secret_file;
    properties[name] = secret;
  }
  return properties;
}

delivery::Link Settings::link() const {
  if (board.empty()) return nullptr;
  return [to = board](const auto&, const auto&) { return to; };
}

Settings load_settings(const std::string& file, Diagnostics& out) {
  yaml::Reader root = yaml::Reader::open(file, out);
  if (!root) return {};
  return SettingsReader(std::move(root), file).read();
}

Loaded load_all(const std::string& file, Diagnostics& out) {
  Loaded loaded;
  loaded.settings = load_settings(file, out);
  if (!out.has_errors()) loaded.configuration = rule::load(loaded.settings.sources, out);
  return loaded;
}

}  // namespace duban::app
