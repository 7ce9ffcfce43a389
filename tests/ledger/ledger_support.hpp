// A ledger in a folder of its own, over a small catalog given as YAML.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>

#include "ledger/ledger.hpp"

namespace duban::test {

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "duban-ledger-XXXXXX").string();
    path_ = mkdtemp(name.data());
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  std::string path(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

inline constexpr const char* kCatalog = R"yaml(
entities:
  unit:
    key: unit_id
    fields: { name: string, area: area, kind: string }
    states: { open: [active], done: [gone] }
  hazard:
    key: hazard_id
    fields:
      title: string
      area: area
      level: string
      unit: string
      due: date
      tags: [string]
      percent: double
      fixes: map
      filed_at: timestamp
      spare: string
    states: { open: [reported, ordered], done: [closed] }
)yaml";

inline std::shared_ptr<const event::Catalog> catalog(const std::string& yaml = kCatalog) {
  const TemporaryFolder folder;
  std::ofstream(folder.path("catalog.yaml")) << yaml;
  Diagnostics findings;
  auto loaded = event::Catalog::load(folder.path(""), cel::Environment{}, findings);
  if (!loaded) throw std::runtime_error(findings.text());
  return loaded;
}

/// A file with a ledger on it that can be closed, opened again, and copied as a crash would leave it.
struct Fixture {
  explicit Fixture(ledger::Options options_in = {}, const std::string& yaml = kCatalog)
      : kinds(catalog(yaml)), options(std::move(options_in)) {
    options.path = folder.path("shard.db");
    open();
  }
  void open() {
    ledger = std::make_unique<ledger::Ledger>(options);
    ledger->use(kinds);
  }
  void reopen() {
    ledger.reset();
    open();
  }
  const event::EntityKind& kind(const char* name) const { return *kinds->kind(name); }

  template <typename Work>
  void in_transaction(Work work) {
    ledger->begin();
    work();
    ledger->commit();
  }
  /// A known hazard with an open item that is next due at `next`.
  ledger::Entity& make_hazard(const std::string& key, Instant next = kNever) {
    ledger::Entity& hazard = ledger->create(kind("hazard"), key);
    hazard.known = true;
    set(hazard, "state", "reported");
    hazard.fields[event::kOpenField] = cel::Value::of(true);
    hazard.items.resize(1);
    hazard.items[0].rule = ledger->intern("hazard-rectification");
    hazard.items[0].next = next;
    ledger->touch(hazard);
    return hazard;
  }
  void set(ledger::Entity& entity, const char* field, std::string_view text) {
    entity.fields[entity.kind->layout->find(field)] = cel::Value::of(ledger->arena().copy(text));
  }
  std::string dump() {
    std::ostringstream out;
    ledger->dump(out);
    return out.str();
  }

  TemporaryFolder folder;
  std::shared_ptr<const event::Catalog> kinds;
  ledger::Options options;
  std::unique_ptr<ledger::Ledger> ledger;
};

inline Instant seconds(int64_t n) { return instant_of_ms(1'700'000'000'000 + n * 1000); }

}  // namespace duban::test
