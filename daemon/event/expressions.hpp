// Expressions in the files that users write: compiled, with every issue at its place.
#pragma once

#include <functional>
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

/// What the file's form has to say of the names in its expressions.
struct Naming {
  /// Where the environment has the variable `event`, or -1. A field of it that the catalog does not declare
  /// passes through at run time, and is an error here: most likely it is misspelt.
  int event_slot = -1;
  const char* undeclared = "";  // the code of that error
  /// A hint for a variable that is not there but elsewhere is; empty: the usual one.
  std::function<std::string(const std::string& variable)> hint;
};

/// Null if it is wrong; every issue is reported at its place.
Expression compile(const Source& source, const cel::Environment& env, const cel::Type& expected,
                   const Naming& naming);

}  // namespace duban::event
