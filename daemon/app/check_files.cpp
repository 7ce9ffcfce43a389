#include "app/check_files.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>

#include "app/people_check.hpp"
#include "app/rule_test.hpp"
#include "app/temporary_folder.hpp"
#include "app/unit_events.hpp"

namespace duban::app {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> yaml_files(const std::string& path) {
  std::error_code error;
  if (!fs::is_directory(path, error)) return {path};
  std::vector<std::string> files;
  for (const auto& entry : fs::directory_iterator(path, error))
    if (entry.path().extension() == ".yaml") files.push_back(entry.path().string());
  std::sort(files.begin(), files.end());
  return files;
}

/// Top keys that only one kind of file has; the first that is there decides.
constexpr std::pair<const char*, FileKind> kTopKeys[] = {
    {"tests", FileKind::tests},       {"catalog", FileKind::settings},   {"store", FileKind::settings},
    {"channels", FileKind::settings}, {"kafka", FileKind::settings},     {"entities", FileKind::catalog},
    {"events", FileKind::catalog},    {"lists", FileKind::catalog},      {"year", FileKind::calendar},
    {"seasons", FileKind::calendar},  {"statutory", FileKind::calendar}, {"routes", FileKind::routes},
    {"ladders", FileKind::rules},     {"measures", FileKind::rules},     {"rules", FileKind::rules},
    {"units", FileKind::directory}};

/// Nothing if the file cannot be read as YAML (then check reports why) or is of no known kind.
std::optional<FileKind> kind_of(const std::string& file, Diagnostics& out) {
  const yaml::Reader root = yaml::Reader::open(file, out);
  if (!root.is_map()) {
    if (root || !out.has_errors())
      out.error("E831", Place{file}, "no file of duban",
                "expected a map with the keys of a catalog, a calendar, rules, tests, settings, routes or a "
                "directory");
    return {};
  }
  std::vector<std::string> known;
  for (const auto& [key, kind] : kTopKeys) {
    if (root.get(key)) return kind;
    known.emplace_back(key);
  }
  for (const auto& [key, value] : root.entries()) {
    const std::string hint = suggest(key, known);
    if (!hint.starts_with("did you mean")) continue;
    out.error("E831", root.place(), "no file of duban: '" + key + "' does not tell what it is", hint);
    return {};
  }
  out.error(
      "E831", root.place(), "no file of duban: none of its keys tells what it is",
      "expected entities, events or lists (catalog), year or seasons (calendar), rules or ladders, tests, "
      "units (directory), routes, or settings");
  return {};
}

/// A folder of the configured files with those given in the place of theirs; findings are told under the
/// names that the user knows.
class Overlay {
 public:
  std::string folder(const std::string& name, const std::vector<std::string>& configured,
                     const std::vector<std::string>& given) {
    const fs::path folder = fs::path(root_.path()) / name;
    fs::create_directories(folder);
    for (const auto* files : {&configured, &given})
      for (const std::string& file : *files) {
        const fs::path copy = folder / fs::path(file).filename();
        std::error_code error;
        fs::copy_file(file, copy, fs::copy_options::overwrite_existing, error);
        names_[copy.string()] = file;
      }
    return folder.string();
  }
  /// `text` with every path of a copy replaced by the user's.
  std::string renamed(std::string text) const {
    for (const auto& [copy, name] : names_)
      for (size_t at = text.find(copy); at != std::string::npos; at = text.find(copy, at + name.size()))
        text.replace(at, copy.size(), name);
    return text;
  }

 private:
  TemporaryFolder root_{"check"};
  std::map<std::string, std::string> names_;
};

/// Hands findings on: errors all, warnings only of the files given; under the users' names.
void hand_on(const Diagnostics& found, const Overlay& overlay, const std::vector<std::string>& given,
             Diagnostics& out) {
  for (const Diagnostic& finding : found.sorted()) {
    Place place = finding.place;
    place.file = overlay.renamed(place.file);
    std::ifstream text(place.file);
    out.add_source(place.file, std::string(std::istreambuf_iterator<char>(text), {}));
    if (finding.gravity == Gravity::error)
      out.error(finding.code, place, overlay.renamed(finding.message), overlay.renamed(finding.hint));
    else if (std::find(given.begin(), given.end(), place.file) != given.end())
      out.warning(finding.code, place, finding.message, finding.hint);
  }
}

void check_directory(const std::string& file, const rule::Configuration* configuration, Diagnostics& out) {
  const yaml::Reader root = yaml::Reader::open(file, out);
  if (!root) return;
  const std::vector<UnitEntry> units = read_units(root.required("units"));
  root.finish();
  if (configuration != nullptr) check_units(units, *configuration);
}

std::vector<std::string> of_kind(const std::map<std::string, FileKind>& kinds, FileKind kind) {
  std::vector<std::string> files;
  for (const auto& [file, of] : kinds)
    if (of == kind) files.push_back(file);
  return files;
}

}  // namespace

std::vector<std::string> expanded(const std::vector<std::string>& paths) {
  std::vector<std::string> files;
  for (const std::string& path : paths)
    for (std::string& file : yaml_files(path)) files.push_back(std::move(file));
  return files;
}

std::vector<std::string> files_of(const Settings& settings) {
  const rule::Sources& sources = settings.sources;
  std::vector<std::string> paths{settings.file, sources.catalog_directory, sources.calendar_directory};
  paths.insert(paths.end(), sources.rules.begin(), sources.rules.end());
  paths.push_back(sources.routes_file);
  paths.push_back(settings.directory_file);
  std::erase(paths, "");
  return expanded(paths);
}

void check_all(const Settings& settings, Diagnostics& out) {
  const auto configuration = rule::load(settings.sources, out);
  if (!settings.directory_file.empty()) check_directory(settings.directory_file, configuration.get(), out);
  check_people(settings, out);
}

void check_files(const std::vector<std::string>& files, const Settings& settings, Diagnostics& out) {
  std::map<std::string, FileKind> kinds;
  for (const std::string& file : files)
    if (const auto kind = kind_of(file, out)) kinds[file] = *kind;
  for (const std::string& file : of_kind(kinds, FileKind::settings)) {
    const Settings own = load_settings(file, out);
    if (!out.has_errors()) check_all(own, out);
  }
  for (const std::string& file : of_kind(kinds, FileKind::tests))
    load_rule_tests(file, settings.sources, out);
  Overlay overlay;
  rule::Sources sources = settings.sources;
  const auto catalog = of_kind(kinds, FileKind::catalog);
  const auto calendars = of_kind(kinds, FileKind::calendar);
  const auto rules = of_kind(kinds, FileKind::rules);
  const auto routes = of_kind(kinds, FileKind::routes);
  const auto directories = of_kind(kinds, FileKind::directory);
  if (catalog.empty() && calendars.empty() && rules.empty() && routes.empty() && directories.empty()) return;
  if (!catalog.empty())
    sources.catalog_directory = overlay.folder("catalog", yaml_files(sources.catalog_directory), catalog);
  if (!calendars.empty())
    sources.calendar_directory =
        overlay.folder("calendars", yaml_files(sources.calendar_directory), calendars);
  if (!rules.empty()) sources.rules = {overlay.folder("rules", expanded(sources.rules), rules)};
  if (!routes.empty()) sources.routes_file = routes.front();
  Diagnostics found;
  const auto configuration = rule::load(sources, found);
  for (const std::string& directory : directories) check_directory(directory, configuration.get(), found);
  if (!routes.empty() || !directories.empty()) {
    Settings changed = settings;
    changed.sources = sources;
    if (!directories.empty()) changed.directory_file = directories.front();
    check_people(changed, found);
  }
  hand_on(found, overlay, files, out);
}

}  // namespace duban::app
