// Reads the YAML of a catalog into kinds and events (rules.md, "Catalog"). Private to event/.
//
// In three passes over all files, because a file may use what another declares: lists, then kinds with their
// layouts, then events with their expressions.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/yaml.hpp"
#include "event/catalog.hpp"
#include "event/catalog_types.hpp"
#include "event/yaml_files.hpp"

namespace duban::event {

class CatalogReader {
 public:
  CatalogReader(const cel::Environment& base, Diagnostics& out) : base_(base), out_(out) {}
  std::shared_ptr<const Catalog> read(const std::vector<TextFile>& files);

 private:
  /// A kind while its file is read.
  struct Source {
    yaml::Reader reader;
    EntityKind* kind;
    std::vector<Field> fields;
    /// States that some event or the engine leads to; `all_reached` if an event's target is not known here.
    std::set<std::string> reached;
    bool all_reached = false;
  };

  // catalog_reader.cpp
  void read_lists(const yaml::Reader& file);
  void read_kinds(const yaml::Reader& file);
  void read_kind(const std::string& name, const yaml::Reader& entity);
  void read_states(Source& source);
  void read_roles(Source& source);
  void read_self_ending(Source& source);
  void read_events(Source& source);
  void read_facts(const yaml::Reader& file);
  void warn_unreachable(const Source& source) const;

  // catalog_events.cpp
  EventType* declare_event(const std::string& name, const yaml::Reader& event, const EntityKind* kind);
  void read_event(const std::string& name, const yaml::Reader& event, Source* source);
  std::vector<Field> data_fields(EventType& type, const yaml::Reader& event, const Source* source,
                                 const std::string& key) const;
  void build_layout(EventType& type, const yaml::Reader& event, const Source* source);
  void read_decides(EventType& type, const yaml::Reader& decides) const;
  void read_required(EventType& type, const yaml::Reader& event) const;
  void read_transition(EventType& type, const yaml::Reader& event, Source& source);
  void read_from(EventType& type, const yaml::Reader& from) const;
  void read_sets(EventType& type, const yaml::Reader& event, const cel::Environment& env) const;
  void read_refuses(EventType& type, const yaml::Reader& event, const cel::Environment& env) const;
  Expression read_target(const yaml::Reader& target, Source& source, const cel::Environment& env) const;
  Expression compile(const yaml::Reader& scalar, const cel::Environment& env, const cel::Type& type) const;

  const cel::Environment& base_;
  Diagnostics& out_;
  std::shared_ptr<Catalog> catalog_ = std::make_shared<Catalog>();
  std::vector<Source> sources_;
  std::map<std::string, Place> declared_;  // "event hazard.reported" → where, for reports of duplicates
};

}  // namespace duban::event
