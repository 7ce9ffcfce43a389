#include "event/catalog_reader.hpp"

#include <algorithm>

#include "event/codes.hpp"

namespace duban::event {
namespace {

using Base = cel::Type::Base;

std::string where(const Place& place) {
  return "it is declared at " + place.file + ":" + std::to_string(place.line);
}

std::vector<std::string> field_names(const EntityKind& kind) {
  std::vector<std::string> names;
  for (const auto& field : kind.layout->fields) names.push_back(field.name);
  return names;
}

std::vector<std::string> state_names(const EntityKind& kind) {
  std::vector<std::string> names;
  for (const State& state : kind.states) names.push_back(state.name);
  return names;
}

std::vector<std::string> done_states(const EntityKind& kind) {
  std::vector<std::string> names;
  for (const State& state : kind.states) {
    if (!state.open) names.push_back(state.name);
  }
  return names;
}

/// Names that rules give to other things than an entity.
const std::vector<std::string>& reserved_kinds() {
  static const std::vector<std::string> names = {"event", "item",    "trigger", "stage",
                                                 "const", "measure", "alert"};
  return names;
}

}  // namespace

std::shared_ptr<const Catalog> Catalog::load(const std::string& directory, const cel::Environment& base,
                                             Diagnostics& out) {
  const auto files = read_yaml_files(directory, "catalog files", out);
  return files.empty() ? nullptr : load(files, base, out);
}

std::shared_ptr<const Catalog> Catalog::load(const std::vector<TextFile>& files, const cel::Environment& base,
                                             Diagnostics& out) {
  return CatalogReader(base, out).read(files);
}

std::shared_ptr<const Catalog> CatalogReader::read(const std::vector<TextFile>& files) {
  const size_t errors_before = out_.error_count();
  std::vector<yaml::Reader> readers;
  for (const TextFile& file : files) readers.push_back(yaml::Reader::parse(file.path, file.text, out_));
  for (const auto& file : readers) read_lists(file);
  for (const auto& file : readers) read_kinds(file);
  for (Source& source : sources_) read_events(source);
  for (const auto& file : readers) read_facts(file);
  for (const auto& file : readers) file.finish();
  if (out_.error_count() > errors_before) return nullptr;
  for (const Source& source : sources_) warn_unreachable(source);
  return catalog_;
}

/// A list of names, or a map from name to its title.
void CatalogReader::read_lists(const yaml::Reader& file) {
  for (const auto& [name, list] : file.get("lists").entries()) {
    std::vector<std::string> names;
    if (list.is_map()) {
      for (const auto& [value, title] : list.entries()) {
        title.string();
        names.push_back(value);
      }
    } else {
      names = list.strings();
    }
    if (!catalog_->lists_.emplace(name, std::move(names)).second)
      out_.error(codes::kDuplicate, list.key_place(), "list '" + name + "' is declared twice",
                 where(declared_["list " + name]));
    else
      declared_["list " + name] = list.key_place();
  }
}

void CatalogReader::read_kinds(const yaml::Reader& file) {
  const yaml::Reader entities = file.get("entities");
  if (!entities) return;
  for (const auto& [name, entity] : entities.entries()) {
    if (!is_identifier(name) || std::count(reserved_kinds().begin(), reserved_kinds().end(), name) > 0) {
      out_.error(codes::kBadName, entity.key_place(), "'" + name + "' cannot be the name of an entity kind",
                 "use lower-case letters, digits and underscores, and none of event, item, trigger, stage, "
                 "const, measure, alert");
    } else if (catalog_->kind(name) != nullptr) {
      out_.error(codes::kDuplicate, entity.key_place(), "entity kind '" + name + "' is declared twice",
                 where(declared_["kind " + name]));
    } else {
      declared_["kind " + name] = entity.key_place();
      read_kind(name, entity);
    }
  }
}

void CatalogReader::read_kind(const std::string& name, const yaml::Reader& entity) {
  auto owned = std::make_unique<EntityKind>();
  EntityKind& kind = *owned;
  kind.name = name;
  kind.title = entity.get("title").string(name);
  kind.index = static_cast<int>(catalog_->kinds_.size());
  kind.key = entity.required("key").string(name + "_id");
  Source source{entity, &kind, {}, {}, false};
  read_states(source);
  source.fields = read_fields(entity.get("fields"), catalog_->lists_,
                              {{kind.key, "it is the key"},
                               {"state", "every kind has a field of this name"},
                               {"open", "every kind has a field of this name"}});
  std::vector<cel::FieldDecl> layout = {{kind.key, cel::Type::of(Base::string)},
                                        {"state", cel::Type::one_of(state_names(kind))},
                                        {"open", cel::Type::of(Base::boolean)}};
  for (const Field& field : source.fields) layout.push_back(field.declaration);
  kind.layout = cel::RecordType::make(name, std::move(layout));
  read_roles(source);
  read_self_ending(source);
  catalog_->kind_by_name_.emplace(kind.name, &kind);
  catalog_->kinds_.push_back(std::move(owned));
  sources_.push_back(std::move(source));
}

void CatalogReader::read_states(Source& source) {
  const yaml::Reader states = source.reader.required("states");
  for (const bool open : {true, false}) {
    const yaml::Reader names = states.get(open ? "open" : "done");
    for (const yaml::Reader& item : names.items()) {
      const std::string name = item.string();
      if (source.kind->has_state(name))
        item.error(codes::kDuplicate, "state '" + name + "' is declared twice", "remove one of them");
      else
        source.kind->states.push_back({name, open});
    }
  }
  if (states && source.kind->states.empty())
    states.error(codes::kMissingState, "no states",
                 "list the open and the done ones: { open: [..], done: [..] }");
  states.finish();
}

/// The fields with a meaning for the engine.
void CatalogReader::read_roles(Source& source) {
  EntityKind& kind = *source.kind;
  const auto field = [&](const yaml::Reader& name) {
    if (!name) return -1;
    const int position = kind.layout->find(name.string());
    if (position < kFirstDeclaredField)
      name.error(codes::kUnknownField, "'" + name.string() + "' is not a field of " + kind.name,
                 suggest(name.string(), field_names(kind)));
    return position < kFirstDeclaredField ? -1 : position;
  };
  const yaml::Reader units = source.reader.get("unit");
  for (const yaml::Reader& unit : units.items_or_one()) {
    const int position = field(unit);
    if (position < 0) continue;
    if (kind.layout->fields[position].type.base != Base::string)
      unit.error(codes::kWrongFieldType, "field '" + unit.string() + "' cannot name a unit",
                 "declare it as unit");
    kind.unit_fields.push_back(position);
  }
  for (const Field& declared : source.fields) {
    const int position = kind.layout->find(declared.declaration.name);
    if (declared.declaration.name == "area" && declared.is_area &&
        declared.declaration.type.base == Base::string)
      kind.area = position;
    if (declared.declaration.name == "industry") kind.industry = position;
  }
  kind.title_field = kind.layout->find("title");
  if (kind.title_field < 0) kind.title_field = kind.layout->find("name");
  kind.supersedes = field(source.reader.get("supersedes"));
  kind.grade = field(source.reader.get("grade"));
  kind.expires = field(source.reader.get("expires"));
}

/// `expires` and `supersedes` end an entity without an event: each needs a done state to go to.
void CatalogReader::read_self_ending(Source& source) {
  EntityKind& kind = *source.kind;
  const auto state = [&](const char* key, const char* cause, int field) {
    const yaml::Reader named = source.reader.get(key);
    const std::string name = named.string(kind.has_state(key) ? key : "");
    if (name.empty() && field >= 0)
      source.reader.error(codes::kMissingState, std::string("'") + cause + "' needs a state to end in",
                          std::string("add a done state '") + key + "', or name one with " + key + ": STATE");
    else if (named && (!kind.has_state(name) || kind.is_open(name)))
      named.error(codes::kUnknownState, "'" + name + "' is not a done state of " + kind.name,
                  suggest(name, done_states(kind)));
    if (!name.empty()) source.reached.insert(name);
    return name;
  };
  kind.expired_state = state("expired", "expires", kind.expires);
  kind.superseded_state = state("superseded", "supersedes", kind.supersedes);
  if (kind.expires >= 0) {
    const Base base = kind.layout->fields[kind.expires].type.base;
    if (base != Base::timestamp && base != Base::date)
      source.reader.get("expires").error(codes::kWrongFieldType, "an entity cannot expire by this field",
                                         "declare it as timestamp or date");
  }
}

void CatalogReader::read_events(Source& source) {
  const yaml::Reader events = source.reader.get("events");
  if (events) {
    for (const auto& [name, event] : events.entries()) read_event(name, event, &source);
  }
  source.reader.finish();
}

void CatalogReader::read_facts(const yaml::Reader& file) {
  const yaml::Reader events = file.get("events");
  if (!events) return;
  for (const auto& [name, event] : events.entries()) read_event(name, event, nullptr);
}

void CatalogReader::warn_unreachable(const Source& source) const {
  if (source.all_reached) return;
  const yaml::Reader states = source.reader.get("states");
  for (const char* part : {"open", "done"}) {
    const yaml::Reader names = states.get(part);
    for (const yaml::Reader& item : names.items()) {
      if (!source.reached.contains(item.string()))
        item.warning(codes::kUnreachable, "no event leads to state '" + item.string() + "'",
                     "let an event create or move to it, or remove it");
    }
  }
}

}  // namespace duban::event
