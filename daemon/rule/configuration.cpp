#include "rule/configuration.hpp"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "core/hash.hpp"
#include "core/yaml.hpp"
#include "event/yaml_files.hpp"
#include "rule/codes.hpp"
#include "rule/constants.hpp"
#include "rule/measure_reader.hpp"
#include "rule/rule_set_reader.hpp"

namespace duban::rule {
namespace {

namespace fs = std::filesystem;

// Names of the texts that are no rule files.
constexpr std::string_view kCalendar = "calendar";
constexpr std::string_view kConstants = "constants";
constexpr std::string_view kSettings = "settings";
constexpr std::string_view kCatalog = "catalog:";
constexpr std::string_view kRoutes = "routes:";

/// The files a version is made of, read from the disk or taken from the ledger.
struct Parts {
  std::shared_ptr<const calendar::Calendar> calendar;
  std::vector<event::TextFile> catalog;
  std::vector<event::TextFile> rules;
  std::optional<event::TextFile> routes;
};

Parts read_parts(const Sources& sources, Diagnostics& out) {
  Parts parts;
  parts.calendar = calendar::Calendar::load(sources.calendar_directory, out);
  parts.catalog = event::read_yaml_files(sources.catalog_directory, "catalog files", out);
  for (const std::string& source : sources.rules) {
    if (fs::is_directory(source)) {
      for (auto& file : event::read_yaml_files(source, "rule files", out))
        parts.rules.push_back(std::move(file));
    } else if (auto file = event::read_text(source, out)) {
      parts.rules.push_back(std::move(*file));
    }
  }
  if (!sources.routes_file.empty()) parts.routes = event::read_text(sources.routes_file, out);
  return parts;
}

/// What of the settings decides what is said, as JSON.
std::string settings_text(const Sources& sources) {
  return nlohmann::json{{"zone", sources.zone},
                        {"default_time", sources.default_time.seconds},
                        {"automatic", sources.automatic},
                        {"channels", sources.channels}}
      .dump();
}

/// Checks the parts in the order in which they depend on each other.
class Loader {
 public:
  Loader(const Sources& sources, Parts parts, Diagnostics& out)
      : sources_(sources), parts_(std::move(parts)), out_(out) {}

  std::shared_ptr<Configuration> load(size_t errors_before) {
    load_time();
    load_base();
    load_catalog();
    if (configuration_->calendar && configuration_->catalog) load_rules();
    load_routes();
    load_automatic();
    if (out_.error_count() > errors_before) return nullptr;
    configuration_->version = version();
    return configuration_;
  }

 private:
  void load_time() {
    configuration_->default_time = sources_.default_time;
    if (const auto zone = Zone::find(sources_.zone))
      configuration_->zone = *zone;
    else
      out_.error(codes::kUnknownZone, Place{}, "unknown time zone '" + sources_.zone + "'",
                 "write a name of the time zone database, such as Asia/Shanghai");
    configuration_->calendar = parts_.calendar;
    configuration_->texts.emplace_back(kSettings, settings_text(sources_));
    if (parts_.calendar) configuration_->texts.emplace_back(kCalendar, parts_.calendar->text());
  }

  void load_base() {
    add_functions(base_);
    const auto constants = yaml::Reader::parse("constants of the settings", sources_.constants_yaml, out_);
    constants_ = read_constants(constants, base_);
    configuration_->texts.emplace_back(kConstants, sources_.constants_yaml);
  }

  void load_catalog() {
    if (parts_.catalog.empty()) return;
    for (const event::TextFile& file : parts_.catalog)
      configuration_->texts.emplace_back(std::string(kCatalog) + file.path, file.text);
    configuration_->catalog = event::Catalog::load(parts_.catalog, base_, out_);
  }

  void load_routes() {
    if (sources_.routes_file.empty()) {
      configuration_->routes = Routes::all(sources_.channels);
    } else if (parts_.routes) {
      configuration_->texts.emplace_back(std::string(kRoutes) + parts_.routes->path, parts_.routes->text);
      configuration_->routes = Routes::load(
          yaml::Reader::parse(parts_.routes->path, parts_.routes->text, out_), sources_.channels, base_);
    }
  }

  void load_rules() {
    std::vector<yaml::Reader> files;
    for (const event::TextFile& file : parts_.rules) {
      configuration_->texts.emplace_back(file.path, file.text);
      files.push_back(yaml::Reader::parse(file.path, file.text, out_));
    }
    std::vector<Measure> measures;
    const Loading loading{*configuration_->catalog,
                          *configuration_->calendar,
                          base_,
                          constants_,
                          out_,
                          sources_.today,
                          measures};
    measures = read_measures(files, loading);
    configuration_->rules = read_rules(files, loading);
  }

  void load_automatic() {
    for (const auto& [name, areas] : sources_.automatic) {
      const auto level = parse_level(name);
      if (level && *level >= Level::interview) {
        configuration_->automatic[*level] = areas;
        continue;
      }
      const std::vector<std::string> acts(level_names().begin() + static_cast<int>(Level::interview),
                                          level_names().end());
      out_.error(codes::kBadAutomatic, Place{}, "automatic: '" + name + "' is no level that a person decides",
                 suggest(name, acts));
    }
  }

  /// Names count without their folder: the same files elsewhere are the same version.
  std::string version() const {
    std::string all;
    for (const auto& [name, text] : configuration_->texts)
      all += '\0' + fs::path(name).filename().string() + '\0' + text;
    return hash128(all).hex();
  }

  const Sources& sources_;
  Parts parts_;
  Diagnostics& out_;
  std::shared_ptr<Configuration> configuration_ = std::make_shared<Configuration>();
  cel::Environment base_;
  ConstantTexts constants_;
};

}  // namespace

bool Configuration::replicated(const event::EntityKind& kind) const {
  return rules.watched[static_cast<size_t>(kind.index)];
}

bool Configuration::is_proposal(Level level, std::string_view area) const {
  if (level < Level::interview) return false;
  const auto found = automatic.find(level);
  if (found == automatic.end()) return true;
  return std::none_of(found->second.begin(), found->second.end(),
                      [&](const std::string& prefix) { return within(area, prefix); });
}

std::shared_ptr<const Configuration> load(const Sources& sources, Diagnostics& out) {
  const size_t errors_before = out.error_count();
  return Loader(sources, read_parts(sources, out), out).load(errors_before);
}

std::shared_ptr<const Configuration> restore(const std::string& version, const Texts& texts,
                                             Diagnostics& out) {
  const size_t errors_before = out.error_count();
  Sources sources;
  Parts parts;
  for (const auto& [name, text] : texts) {
    if (name == kCalendar) {
      parts.calendar = calendar::Calendar::from_text(text, out);
    } else if (name == kConstants) {
      sources.constants_yaml = text;
    } else if (name == kSettings) {
      const auto settings = nlohmann::json::parse(text, nullptr, false);
      if (settings.is_discarded()) return nullptr;
      sources.zone = settings.value("zone", sources.zone);
      sources.default_time.seconds = settings.value("default_time", sources.default_time.seconds);
      sources.automatic = settings.value("automatic", sources.automatic);
      sources.channels = settings.value("channels", sources.channels);
    } else if (name.starts_with(kCatalog)) {
      parts.catalog.push_back({name.substr(kCatalog.size()), text});
    } else if (name.starts_with(kRoutes)) {
      sources.routes_file = name.substr(kRoutes.size());
      parts.routes = event::TextFile{sources.routes_file, text};
    } else {
      parts.rules.push_back({name, text});
    }
  }
  if (!parts.calendar) return nullptr;
  const auto by_path = [](const event::TextFile& a, const event::TextFile& b) { return a.path < b.path; };
  std::sort(parts.catalog.begin(), parts.catalog.end(), by_path);
  std::sort(parts.rules.begin(), parts.rules.end(), by_path);
  auto restored = Loader(sources, std::move(parts), out).load(errors_before);
  if (restored) restored->version = version;  // texts come back in another order than they were hashed in
  return restored;
}

}  // namespace duban::rule
