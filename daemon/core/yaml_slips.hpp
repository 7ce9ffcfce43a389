// The usual slips that make a file no YAML, found where they stand: the parser stumbles over them further
// down, and says so in its own words.
#pragma once

#include <cstddef>

#include "core/yaml_tree.hpp"

namespace duban::yaml {

/// A full-width colon or comma, no space after a colon or a dash, on `line` or the one above. True if one was
/// found and reported. Says nothing about what stands in quotes.
bool report_slip(const File& file, int line, Diagnostics& out);

/// The last bracket before `end` that nothing closes, if it stands on a line above that of `end`. True if
/// there is one.
bool report_open_bracket(const File& file, size_t end, Diagnostics& out);

}  // namespace duban::yaml
