// What a fuzzer finds out besides crashes: a property that does not hold ends the program.
#pragma once

#include <cstdio>
#include <cstdlib>

#include "core/diagnostic.hpp"

namespace duban::fuzz {

inline void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "violated: %s\n", what);
  std::abort();
}

/// Findings are complete, placed within a text of so many lines, and can be printed.
inline void require_findings(const Diagnostics& found, const std::string& name, int lines) {
  for (const Diagnostic& finding : found.sorted()) {
    require(!finding.code.empty() && !finding.message.empty(), "a finding has a code and says what is wrong");
    require(finding.place.file != name || (finding.place.line >= 0 && finding.place.line <= lines),
            "a finding lies within the text");
  }
  found.text();
}

}  // namespace duban::fuzz
