// Expressions in the files that users write: compiled, with every issue at its place.
#pragma once

#include <string>

#include "cel/program.hpp"
#include "core/yaml.hpp"
#include "event/catalog.hpp"

namespace duban::event {

/// An expression within a scalar: all of it, or the part that begins at `offset`.
struct Source {
  const yaml::Reader& scalar;
  std::string text;
  size_t offset = 0;
};

/// Null if it is wrong. `event_slot`: where the environment has the variable `event`, or -1; a field of it
/// that the catalog does not declare passes through at run time, and is an error here (`undeclared`): most
/// likely it is misspelt.
Expression compile(const Source& source, const cel::Environment& env, const cel::Type& expected,
                   int event_slot, const char* undeclared);

}  // namespace duban::event
