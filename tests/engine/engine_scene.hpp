// A configuration from texts, and a scene on it, for tests of the engine.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "app/scene.hpp"
#include "rule/configuration.hpp"

namespace duban::test {

/// A folder of its own, removed with the object.
class Folder {
 public:
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "duban-test-XXXXXX").string();
    path_ = mkdtemp(pattern.data());
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::string write(const std::string& name, const std::string& text) const {
    const std::filesystem::path file = path_ / name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << text;
    return file.string();
  }
  std::string path(const std::string& name = {}) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

/// The shipped catalog, calendars and constants with these rules. Throws with the findings if they are wrong.
std::shared_ptr<const rule::Configuration> with_rules(
    const std::string& rules_yaml, const std::string& calendars = DUBAN_SOURCE_DIR "/config/calendar",
    const std::string& catalog = DUBAN_SOURCE_DIR "/config/catalog");

/// The same with a routes file and the channels that it may name.
std::shared_ptr<const rule::Configuration> with_routes(const std::string& rules_yaml,
                                                       const std::string& routes_yaml,
                                                       const std::vector<std::string>& channels);

/// Feeds short-form events and compares what was said.
class Stage {
 public:
  explicit Stage(const std::string& rules_yaml, const std::string& ledger = ":memory:")
      : Stage(with_rules(rules_yaml), ledger) {}
  explicit Stage(std::shared_ptr<const rule::Configuration> configuration,
                 const std::string& ledger = ":memory:")
      : scene(std::move(configuration), ledger) {}

  /// "2023-01-19T10:00", "hazard.reported", R"({"hazard_id":"H1",…})"; ids are e1, e2, … unless given.
  void event(const std::string& at, const std::string& type, const std::string& data,
             const std::string& id = {});
  void unit(const std::string& at, const std::string& id, const std::string& kind, const std::string& area,
            const std::string& more = {});
  /// `more`: fields beside, or instead of, those that a hazard has here.
  void hazard(const std::string& at, const std::string& id, const std::string& more = {});
  /// "2023-01-31T09:00 t-5 H1" for each alert up to `until`, in order.
  std::vector<std::string> said(const std::string& until);
  /// The last alert's record.
  nlohmann::json last() const {
    return nlohmann::json::parse(scene.alerts().empty() ? "null" : scene.alerts().back().json);
  }
  std::vector<std::string> refused() const;

  app::Scene scene;

 private:
  event::Input input_{"events", 0};
  int64_t offset_ = 0;
};

}  // namespace duban::test
