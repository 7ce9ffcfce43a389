// The events of a catalog: their layouts, transitions and expressions.
#include <algorithm>

#include "event/catalog_reader.hpp"
#include "event/codes.hpp"
#include "event/expressions.hpp"

namespace duban::event {
namespace {

using Base = cel::Type::Base;

const std::map<std::string, std::string> kAttributes = {{"ce_id", "it is the envelope's"},
                                                        {"ce_source", "it is the envelope's"},
                                                        {"ce_type", "it is the envelope's"},
                                                        {"ce_time", "it is the envelope's"}};

bool same_type(const cel::Type& a, const cel::Type& b) {
  if (a.str() != b.str()) return false;
  if ((a.values == nullptr) != (b.values == nullptr)) return false;
  return a.values == nullptr || *a.values == *b.values;
}

std::vector<std::string> names_of(const cel::RecordType& layout, size_t first) {
  std::vector<std::string> names;
  for (size_t i = first; i < layout.fields.size(); ++i) names.push_back(layout.fields[i].name);
  return names;
}

std::vector<std::string> state_names(const EntityKind& kind) {
  std::vector<std::string> names;
  for (const State& state : kind.states) names.push_back(state.name);
  return names;
}

/// The texts in quotes that a target expression may give: the whole of it, or a branch of `? :`.
std::vector<std::pair<size_t, std::string>> literal_results(const std::string& source) {
  std::vector<std::pair<size_t, std::string>> found;
  char before = '?';  // the last character that is not a space; a branch begins after '?' or ':'
  for (size_t i = 0; i < source.size(); ++i) {
    const char c = source[i];
    if (c == '\'' || c == '"') {
      const size_t end = source.find(c, i + 1);
      if (end == std::string::npos) break;
      if (before == '?' || before == ':') {
        const size_t next = source.find_first_not_of(" )\n", end + 1);
        if (next == std::string::npos || source[next] == ':')
          found.emplace_back(i, source.substr(i + 1, end - i - 1));
      }
      i = end;
      before = c;
    } else if (c != ' ' && c != '(' && c != '\n') {
      before = c;
    }
  }
  return found;
}

}  // namespace

EventType* CatalogReader::declare_event(const std::string& name, const yaml::Reader& event,
                                        const EntityKind* kind) {
  if (catalog_->event(name) != nullptr) {
    const Place& first = declared_["event " + name];
    out_.error(
        codes::kDuplicate, event.key_place(), "event '" + name + "' is declared twice",
        "an event belongs to one entity; it is declared at " + first.file + ":" + std::to_string(first.line));
    return nullptr;
  }
  declared_["event " + name] = event.key_place();
  auto owned = std::make_unique<EventType>();
  EventType* type = owned.get();
  type->name = name;
  type->kind = kind;
  type->index = static_cast<int>(catalog_->events_.size());
  catalog_->events_.push_back(std::move(owned));
  catalog_->event_by_name_.emplace(type->name, type);
  return type;
}

void CatalogReader::read_event(const std::string& name, const yaml::Reader& event, Source* source) {
  EventType* type = declare_event(name, event, source == nullptr ? nullptr : source->kind);
  if (type == nullptr) return;
  build_layout(*type, event, source);
  read_required(*type, event);
  type->missing =
      event.get("missing").one_of({"park", "reject"}, "park") == "park" ? Missing::park : Missing::reject;
  type->gap = event.get("gap").one_of({"apply", "dead_letter"}, "dead_letter") == "apply" ? Gap::apply
                                                                                          : Gap::dead_letter;
  type->park_for = event.get("park_for").duration().value_or(type->park_for);
  const std::vector<std::string> effects = {"none", "acknowledge", "decide", "fulfil", "waive"};
  const std::string effect = event.get("effect").one_of(effects, "none");
  type->effect = static_cast<Effect>(std::find(effects.begin(), effects.end(), effect) - effects.begin());
  read_decides(*type, event.get("decides"));
  if (source != nullptr) {
    source->kind->events.push_back(type);
    read_transition(*type, event, *source);
  }
  event.get("title").string();
  event.finish();
}

/// `decides: { level: listing, kind: hazard, field: hazard_id }`.
void CatalogReader::read_decides(EventType& type, const yaml::Reader& decides) const {
  if (!decides) return;
  const yaml::Reader level = decides.required("level");
  const yaml::Reader kind = decides.required("kind");
  const yaml::Reader field = decides.required("field");
  const std::vector<std::string>* levels = catalog_->list("escalation_level");
  EventType::Decides result{levels != nullptr ? level.one_of(*levels) : level.string(), kind.string(),
                            type.layout->find(field.string())};
  if (kind && catalog_->kind(result.kind) == nullptr)
    kind.error(codes::kUnknownField, "unknown entity kind '" + result.kind + "'",
               suggest(result.kind, catalog_->kind_names()));
  if (field && result.field < kFirstDataField)
    field.error(codes::kUnknownField, "'" + field.string() + "' is not a field of " + type.name,
                suggest(field.string(), names_of(*type.layout, kFirstDataField)));
  decides.finish();
  type.decides = std::move(result);
}

/// The data fields of an event: the key, the entity's fields, the event's own.
std::vector<Field> CatalogReader::data_fields(EventType& type, const yaml::Reader& event,
                                              const Source* source, const std::string& key) const {
  std::vector<Field> data;
  const auto find = [&](const std::string& name) {
    return std::find_if(data.begin(), data.end(), [&](const Field& f) { return f.declaration.name == name; });
  };
  if (source != nullptr) {
    if (source->kind->layout->find(key) <= kKeyField)
      data.push_back({{key, cel::Type::of(Base::string)}, false});
    data.insert(data.end(), source->fields.begin(), source->fields.end());
  }
  const yaml::Reader fields = event.get("fields");
  for (Field& own : read_fields(fields, catalog_->lists_, kAttributes)) {
    const auto declared = find(own.declaration.name);
    if (declared == data.end())
      data.push_back(std::move(own));
    else if (!same_type(declared->declaration.type, own.declaration.type))
      fields.get(own.declaration.name)
          .error(codes::kWrongFieldType,
                 "field '" + own.declaration.name + "' has another type in the entity",
                 "it is " + declared->declaration.type.str() + " there; use one type or another name");
  }
  if (!key.empty() && find(key) == data.end())
    event.get("key").error(codes::kUnknownField, "'" + key + "' is not a field of " + type.name,
                           "declare its type under fields");
  return data;
}

/// The CloudEvents attributes, the data fields, last a map of all others.
void CatalogReader::build_layout(EventType& type, const yaml::Reader& event, const Source* source) {
  const cel::Type text = cel::Type::of(Base::string);
  const std::string key = event.get("key").string(source == nullptr ? "" : source->kind->key);
  const std::vector<Field> data = data_fields(type, event, source, key);
  std::vector<cel::FieldDecl> layout;
  for (const char* attribute : {"ce_id", "ce_source", "ce_type", "ce_time"})
    layout.push_back({attribute, text});
  layout[kCeTime].type = cel::Type::of(Base::timestamp);
  for (const Field& field : data) {
    const int position = static_cast<int>(layout.size());
    const int copied = source == nullptr ? -1 : source->kind->layout->find(field.declaration.name);
    if (field.declaration.name == key)
      type.key_field = position;
    else if (copied >= kFirstDeclaredField)
      type.copies.emplace_back(position, copied);
    if (field.is_area) type.areas.push_back(position);
    layout.push_back(field.declaration);
  }
  layout.push_back({kOtherFields, cel::Type::map_of(text, cel::Type::dyn())});
  type.layout = cel::RecordType::make(type.name, std::move(layout), true);
}

void CatalogReader::read_required(EventType& type, const yaml::Reader& event) const {
  const yaml::Reader required = event.get("required");
  if (type.key_field >= 0 && type.kind != nullptr) type.required.push_back(type.key_field);
  for (const yaml::Reader& item : required.items()) {
    const std::string name = item.string();
    const int position = type.layout->find(name);
    if (position < kFirstDataField || name == kOtherFields)
      item.error(codes::kUnknownField, "required field '" + name + "' of " + type.name + " is not declared",
                 "declare its type under fields");
    else if (std::count(type.required.begin(), type.required.end(), position) == 0)
      type.required.push_back(position);
  }
}

void CatalogReader::read_transition(EventType& type, const yaml::Reader& event, Source& source) {
  cel::Environment env = base_;
  env.declare(source.kind->name, cel::Type::of_record(source.kind->layout));
  env.declare("event", cel::Type::of_record(type.layout));
  type.creates = read_target(event.get("creates"), source, env);
  read_from(type, event.get("from"));
  type.to = read_target(event.get("to"), source, env);
  if (!event.get("creates") && !event.get("from"))
    out_.error(codes::kNoTransition, event.key_place(),
               "event '" + type.name + "' can neither create its entity nor happen to one",
               "add creates: STATE, or from: [STATE, ..], or from: any_open");
  read_sets(type, event, env);
  read_refuses(type, event, env);
}

void CatalogReader::read_from(EventType& type, const yaml::Reader& from) const {
  if (from.is_scalar() && from.string() == "any_open") {
    type.from_any_open = true;
    return;
  }
  for (const yaml::Reader& item : from.items_or_one()) {
    const std::string state = item.string();
    if (!type.kind->states.empty() && !type.kind->has_state(state))
      item.error(codes::kUnknownState, "'" + state + "' is not a state of " + type.kind->name,
                 suggest(state, state_names(*type.kind)));
    type.from.push_back(state);
  }
}

/// A state's name, or an expression that gives one.
Expression CatalogReader::read_target(const yaml::Reader& target, Source& source,
                                      const cel::Environment& env) const {
  if (!target) return nullptr;
  const std::string text = target.string();
  const EntityKind& kind = *source.kind;
  const auto reach = [&](const std::string& state, const Place& place) {
    source.reached.insert(state);
    if (!kind.states.empty() && !kind.has_state(state))
      out_.error(codes::kUnknownState, place, "'" + state + "' is not a state of " + kind.name,
                 suggest(state, state_names(kind)));
  };
  if (is_identifier(text)) {
    reach(text, target.place());
    return cel::compile("'" + text + "'", env).program;
  }
  const auto literals = literal_results(text);
  for (const auto& [offset, state] : literals) reach(state, target.place_at(offset));
  const auto branches = std::count(text.begin(), text.end(), '?') + 1;
  if (branches != static_cast<int64_t>(literals.size())) source.all_reached = true;
  return compile(target, env, cel::Type::of(Base::string));
}

void CatalogReader::read_sets(EventType& type, const yaml::Reader& event, const cel::Environment& env) const {
  const yaml::Reader sets = event.get("sets");
  for (const auto& [name, value] : sets.entries()) {
    const int field = type.kind->layout->find(name);
    if (field < kFirstDeclaredField) {
      out_.error(codes::kUnknownField, value.key_place(),
                 "'" + name + (field < 0 ? "' is not a field of " + type.kind->name : "' cannot be set"),
                 field < 0 ? suggest(name, names_of(*type.kind->layout, kFirstDeclaredField))
                           : "the state is set by `to`, the key never changes");
      continue;
    }
    type.sets.push_back({field, compile(value, env, type.kind->layout->fields[field].type)});
  }
}

void CatalogReader::read_refuses(EventType& type, const yaml::Reader& event,
                                 const cel::Environment& env) const {
  const yaml::Reader refuses = event.get("refuse");
  for (const yaml::Reader& refuse : refuses.items()) {
    const yaml::Reader when = refuse.required("when");
    const yaml::Reader reason = refuse.required("reason");
    if (when) type.refuses.push_back({compile(when, env, cel::Type::of(Base::boolean)), reason.string()});
    refuse.finish();
  }
}

Expression CatalogReader::compile(const yaml::Reader& scalar, const cel::Environment& env,
                                  const cel::Type& type) const {
  return event::compile({scalar, scalar.string(), 0}, env, type, {kEventSlot, codes::kUnknownField, {}});
}

}  // namespace duban::event
