#include "rule/configuration.hpp"

#include <algorithm>
#include <filesystem>

#include "core/hash.hpp"
#include "core/yaml.hpp"
#include "event/yaml_files.hpp"
#include "rule/codes.hpp"
#include "rule/constants.hpp"
#include "rule/rule_set_reader.hpp"

namespace duban::rule {
namespace {

namespace fs = std::filesystem;
using Texts = std::vector<std::pair<std::string, std::string>>;

/// Reads the parts in the order in which they depend on each other.
class Loader {
 public:
  Loader(const Sources& sources, Diagnostics& out) : sources_(sources), out_(out) {}

  std::shared_ptr<const Configuration> load() {
    const size_t errors_before = out_.error_count();
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
    configuration_->calendar = calendar::Calendar::load(sources_.calendar_directory, out_);
    for (auto& file : event::read_yaml_files(sources_.calendar_directory, "calendar files", out_))
      configuration_->texts.emplace_back(std::move(file.path), std::move(file.text));
  }

  void load_base() {
    add_functions(base_);
    const auto constants = yaml::Reader::parse("constants of the settings", sources_.constants_yaml, out_);
    constants_ = read_constants(constants, base_);
    configuration_->texts.emplace_back("constants", sources_.constants_yaml);
  }

  void load_catalog() {
    configuration_->catalog = event::Catalog::load(sources_.catalog_directory, base_, out_);
    if (configuration_->catalog)
      configuration_->texts.emplace_back(sources_.catalog_directory, configuration_->catalog->text());
  }

  void load_routes() {
    if (sources_.routes_file.empty()) {
      configuration_->routes = Routes::all(sources_.channels);
    } else if (auto file = read_file(sources_.routes_file)) {
      configuration_->routes = Routes::load(*file, sources_.channels, base_);
    }
  }

  void load_rules() {
    std::vector<yaml::Reader> files;
    for (const std::string& source : sources_.rules) {
      if (!fs::is_directory(source)) {
        if (auto file = read_file(source)) files.push_back(std::move(*file));
        continue;
      }
      for (auto& file : event::read_yaml_files(source, "rule files", out_))
        files.push_back(parse(std::move(file)));
    }
    const Loading loading{
        *configuration_->catalog, *configuration_->calendar, base_, constants_, out_, sources_.today};
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

  std::optional<yaml::Reader> read_file(const std::string& path) {
    auto file = event::read_text(path, out_);
    if (!file) return {};
    return parse(std::move(*file));
  }

  yaml::Reader parse(event::TextFile file) {
    configuration_->texts.emplace_back(file.path, file.text);
    return yaml::Reader::parse(file.path, std::move(file.text), out_);
  }

  /// Names count without their folder: the same files elsewhere are the same version.
  std::string version() const {
    std::string all = sources_.zone + '\n' + std::to_string(sources_.default_time.seconds);
    for (const auto& [level, areas] : sources_.automatic) {
      all += '\n' + level;
      for (const auto& area : areas) all += ' ' + area;
    }
    for (const auto& channel : sources_.channels) all += '\n' + channel;
    for (const auto& [name, text] : configuration_->texts)
      all += '\0' + fs::path(name).filename().string() + '\0' + text;
    return hash128(all).hex();
  }

  const Sources& sources_;
  Diagnostics& out_;
  std::shared_ptr<Configuration> configuration_ = std::make_shared<Configuration>();
  cel::Environment base_;
  ConstantTexts constants_;
};

}  // namespace

bool Configuration::replicated(const event::EntityKind& kind) const {
  if (kind.name == "unit") return true;
  return std::any_of(rules.rules.begin(), rules.rules.end(), [&](const auto& rule) {
    return rule->trigger.event != nullptr && rule->trigger.event->kind == &kind;
  });
}

bool Configuration::is_proposal(Level level, std::string_view area) const {
  if (level < Level::interview) return false;
  const auto found = automatic.find(level);
  if (found == automatic.end()) return true;
  return std::none_of(found->second.begin(), found->second.end(),
                      [&](const std::string& prefix) { return within(area, prefix); });
}

std::shared_ptr<const Configuration> load(const Sources& sources, Diagnostics& out) {
  return Loader(sources, out).load();
}

}  // namespace duban::rule
