#include "rule/scope.hpp"

#include <mutex>
#include <unordered_map>

#include "rule/level.hpp"

namespace duban::rule {
namespace {

using cel::Type;
using Base = Type::Base;

Type text() { return Type::of(Base::string); }
Type whole() { return Type::of(Base::integer); }

std::vector<cel::FieldDecl> item_fields() {
  std::vector<std::string> outcomes = {"",        "fulfilled", "fulfilled_late", "missed",
                                       "expired", "void",      "waived",         "retired"};
  return {{"opened", Type::of(Base::timestamp)},
          {"due", Type::dyn()},  // a date or a timestamp, as the rule's `due` gives it
          {"days_left", whole()},
          {"done", whole()},
          {"needed", whole()},
          {"level", Type::one_of(level_names())},
          {"outcome", Type::one_of(std::move(outcomes))},
          {"near_miss", text()},
          {"misses_this_year", whole()},
          {"streak", whole()}};
}

std::vector<cel::FieldDecl> event_span_fields(const event::EntityKind& kind) {
  std::vector<cel::FieldDecl> fields = kind.layout->fields;
  fields.push_back({"ids", Type::list_of(text())});
  fields.push_back({"first_start", Type::of(Base::timestamp)});
  fields.push_back({"previous", Type::map_of(text(), Type::dyn())});
  return fields;
}

}  // namespace

const cel::RecordType* item_type() {
  static const cel::RecordType* type = cel::RecordType::make("item", item_fields());
  return type;
}

const cel::RecordType* stage_type() {
  static const cel::RecordType* type =
      cel::RecordType::make("stage", {{"id", text()},
                                      {"title", text()},
                                      {"level", Type::one_of(level_names())},
                                      {"severity", Type::one_of(severity_names())}});
  return type;
}

const cel::RecordType* calendar_span_type() {
  static const cel::RecordType* type = cel::RecordType::make("trigger", {{"start", Type::of(Base::date)},
                                                                         {"end", Type::of(Base::date)},
                                                                         {"name", text()},
                                                                         {"id", text()},
                                                                         {"year", whole()},
                                                                         {"area", text()}});
  return type;
}

const cel::RecordType* event_span_type(const event::EntityKind& kind) {
  // One for each layout: layouts are never destroyed, so their addresses are never used again.
  static std::mutex mutex;
  static std::unordered_map<const cel::RecordType*, const cel::RecordType*> types;
  std::lock_guard lock(mutex);
  const cel::RecordType*& type = types[kind.layout];
  if (type == nullptr) type = cel::RecordType::make("trigger", event_span_fields(kind));
  return type;
}

}  // namespace duban::rule
