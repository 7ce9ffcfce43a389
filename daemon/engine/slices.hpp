// How much one transaction does of what has no bound of its own.
#pragma once

#include "core/limits.hpp"

namespace duban::engine {

struct Slices {
  size_t ticks = limits::kTicksPerBatch;
  size_t subjects = limits::kJobSlice;  // of a fan-out
};

/// What an engine takes when it is made. The result never depends on it: a test makes it small and sees.
inline Slices& slices() {
  static Slices bounds;
  return bounds;
}

}  // namespace duban::engine
