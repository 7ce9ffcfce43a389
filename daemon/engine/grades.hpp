// Grades of event spans in order: an enum's values rank as its list has them (blue, yellow, orange, red).
#pragma once

#include <algorithm>
#include <string_view>

#include "rule/rule.hpp"

namespace duban::engine {

/// Place of a grade in its list; -1 if it is none of it, or the field has no list.
inline std::ptrdiff_t rank_of(const rule::Rule& rule, std::string_view grade) {
  const event::EntityKind* kind = rule.trigger.event != nullptr ? rule.trigger.event->kind : nullptr;
  if (kind == nullptr || kind->grade < 0) return -1;
  const auto& values = kind->layout->fields[static_cast<size_t>(kind->grade)].type.values;
  if (!values) return -1;
  const auto found = std::find(values->begin(), values->end(), grade);
  return found == values->end() ? -1 : found - values->begin();
}

/// Whether `grade` says nothing beyond `other`: it is the same, or stands before it.
inline bool within_grade(const rule::Rule& rule, std::string_view grade, std::string_view other) {
  return grade == other || (rank_of(rule, grade) >= 0 && rank_of(rule, grade) < rank_of(rule, other));
}

}  // namespace duban::engine
