#include "rule/done_by_reader.hpp"

#include <algorithm>

#include "rule/codes.hpp"
#include "rule/scope.hpp"

namespace duban::rule {
namespace {

/// What an equality between a field of the event and `other` finds subjects by.
DoneBy::Index index_of(const cel::FieldRef& other, const View& view) {
  const bool subject_is_unit = view.subject->name == "unit";
  if (other.slot == kSubject && other.field == event::kKeyField) return DoneBy::Index::subject_key;
  // A subject is indexed by the first of its unit fields that is set: that a later one is equal says nothing.
  const auto& units = view.subject->unit_fields;
  if (other.slot == kSubject && !units.empty() && other.field == units.front())
    return DoneBy::Index::subject_unit;
  if (!subject_is_unit && other.slot == kUnit && other.field == event::kKeyField)
    return DoneBy::Index::subject_unit;
  return DoneBy::Index::none;
}

/// Takes the first term that is an index, the subject's own key before its unit.
void find_index(DoneBy& result, const View& view) {
  for (size_t i = 0; i < result.terms.size(); ++i) {
    const auto& program = result.terms[i].second;
    const auto equality = program ? program->equality() : std::nullopt;
    if (!equality) continue;
    const bool event_first = equality->first.slot == kEvent;
    const cel::FieldRef& of_event = event_first ? equality->first : equality->second;
    const cel::FieldRef& other = event_first ? equality->second : equality->first;
    if (of_event.slot != kEvent || of_event.field < 0) continue;
    const DoneBy::Index index = index_of(other, view);
    const bool better = result.index == DoneBy::Index::none ||
                        (index == DoneBy::Index::subject_key && result.index == DoneBy::Index::subject_unit);
    if (index == DoneBy::Index::none || !better) continue;
    result.index = index;
    result.event_field = of_event.field;
    result.index_term = static_cast<int>(i);
  }
}

void read_when(DoneBy& result, const yaml::Reader& when, const Loading& loading, const View& view) {
  View sees = view;
  sees.event = result.event;
  const cel::Environment env = environment(loading, sees);
  result.when = read_unmeasured(when, loading, env);
  if (!result.when) return;
  const std::string source = when.string();
  for (const auto& [offset, text] : cel::conjuncts(source))
    result.terms.emplace_back(text, compile_condition(when, offset, text, env));
  find_index(result, view);
}

/// Whether a term compares with a unit field of the subject that is not its first.
bool names_later_unit(const DoneBy& result, const View& view) {
  return std::any_of(result.terms.begin(), result.terms.end(), [&](const auto& term) {
    const auto equality = term.second ? term.second->equality() : std::nullopt;
    if (!equality) return false;
    const cel::FieldRef& other = equality->first.slot == kEvent ? equality->second : equality->first;
    const auto& units = view.subject->unit_fields;
    return other.slot == kSubject && std::find(units.begin(), units.end(), other.field) != units.end();
  });
}

std::string index_hint(const DoneBy& result, const View& view) {
  if (names_later_unit(result, view))
    return "a " + view.subject->name +
           " is found by its unit, the first of its unit fields that is set: compare with " +
           "unit.unit_id, or write for_all: true";
  const std::string whose = view.subject->unit_fields.empty() || view.subject->name == "unit"
                                ? view.subject->name + "." + view.subject->key
                                : "unit.unit_id";
  const auto& fields = result.event->layout->fields;
  const bool has_unit = result.event->layout->find("unit") >= 0;
  const std::string field = has_unit ? "unit" : fields[static_cast<size_t>(event::kFirstDataField)].name;
  return "add a term such as event." + field + " == " + whose + ", or for_all: true";
}

}  // namespace

std::optional<DoneBy> read_done_by(const yaml::Reader& done_by, const Loading& loading, const View& view) {
  if (!done_by) return {};
  DoneBy result;
  const yaml::Reader event = done_by.required("event");
  const yaml::Reader when = done_by.get("when");
  const yaml::Reader only = done_by.get("only");
  const yaml::Reader count = done_by.get("count");
  result.for_all = done_by.get("for_all").boolean(false);
  result.count = static_cast<int>(std::clamp<int64_t>(count.integer(1), 1, 10'000));
  if (count && count.integer(1) != result.count)
    count.error(codes::kBadNumber, "count: " + count.string() + " is out of range", "write 1 to 10000");
  done_by.finish();
  const std::string name = event.string();
  result.event = loading.catalog.event(name);
  if (result.event == nullptr) {
    if (event)
      event.error(codes::kUnknownEvent, "unknown event '" + name + "'",
                  suggest(name, loading.catalog.event_names()));
    return {};
  }
  const size_t errors = loading.out.error_count();
  read_when(result, when, loading, view);
  View sees = view;
  sees.event = result.event;
  result.only = read_unmeasured(only, loading, environment(loading, sees));
  if (errors == loading.out.error_count() && result.index == DoneBy::Index::none && !result.for_all)
    (when ? when : event)
        .error(codes::kNoIndex, "nothing says whose items this event fulfils", index_hint(result, view));
  return result;
}

}  // namespace duban::rule
