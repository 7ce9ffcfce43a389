// What the readers of rules share: where names are looked up, and how expressions are compiled. Private to
// rule/.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "calendar/calendar.hpp"
#include "cel/program.hpp"
#include "core/yaml.hpp"
#include "event/catalog.hpp"
#include "rule/measure.hpp"
#include "rule/rule.hpp"
#include "rule/schedule_reader.hpp"

namespace duban::rule {

/// One load. Everything outlives the readers.
struct Loading {
  const event::Catalog& catalog;
  const calendar::Calendar& calendar;
  const cel::Environment& base;  // functions and constants
  const ConstantTexts& constants;
  Diagnostics& out;
  /// The day of the check, for what is not known of the coming year; none: not looked at.
  std::optional<Date> today;
  /// Of all files.
  const std::vector<Measure>& measures;
};

/// What a rule's expressions see, beside the subject and its unit.
struct View {
  const event::EntityKind* subject = nullptr;
  const cel::RecordType* trigger = nullptr;  // null: no trigger, or one that is wrong
  bool wrong_trigger = false;                // its fields are then not checked
  const event::EventType* event = nullptr;   // evidence; null: not there
  bool item = false;                         // item and stage
  bool measures = false;
};
cel::Environment environment(const Loading& loading, const View& view);

/// Compiles a scalar; every issue is reported at its place. Fields of an event that the catalog does not
/// declare are errors here. Null if the scalar is absent or wrong.
Expression read_expression(const yaml::Reader& scalar, const cel::Environment& env,
                           const cel::Type& expected);
/// The same for a bool.
Expression read_condition(const yaml::Reader& scalar, const cel::Environment& env);
/// A condition that cannot ask for measures: a call of one is told with what to write instead.
Expression read_unmeasured(const yaml::Reader& scalar, const Loading& loading, const cel::Environment& env);
Expression compile_condition(const yaml::Reader& scalar, size_t offset, const std::string& text,
                             const cel::Environment& env);

/// A map's value under `key`, from `own` if it has one, else from `base`: how a rule overrides a ladder's
/// stage. Both know the key afterwards.
struct Layered {
  yaml::Reader own;
  std::optional<yaml::Reader> base;
  yaml::Reader get(const std::string& key) const;
  void finish() const;
};

/// Reports an id with other characters than letters, digits, '-' and '_'.
bool check_id(const yaml::Reader& id);

}  // namespace duban::rule
