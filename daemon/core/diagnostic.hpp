// What is wrong with a file, said to the person who wrote it: place, code, excerpt, expectation, remedy.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace duban {

/// A place in a text file; line and column count from 1, in characters as an editor shows them (code points,
/// not bytes). Line 0 means "the file as a whole".
struct Place {
  std::string file;
  int line = 0;
  int column = 0;
};

enum class Gravity { error, warning };

struct Diagnostic {
  Gravity gravity = Gravity::error;
  std::string code;  // "E012", "W003"; listed in docs/errors.md
  Place place;
  std::string message;  // one sentence without a full stop: "unknown weather type 'rainstrom'"
  std::string hint;     // "did you mean 'rainstorm'?" or what was expected; may be empty
  std::string excerpt;  // the line of the file, without its line end; may be empty
};

/// Collects every finding of a load instead of stopping at the first. Not thread-safe; one per load.
class Diagnostics {
 public:
  void error(std::string code, Place place, std::string message, std::string hint = {});
  void warning(std::string code, Place place, std::string message, std::string hint = {});
  /// Makes excerpts of this file available to the findings about it, earlier and later ones.
  void add_source(const std::string& file, std::string_view text);

  bool has_errors() const { return errors_ > 0; }
  size_t error_count() const { return errors_; }
  /// In order of file, line, column, code; exact repetitions once; excerpts filled in.
  std::vector<Diagnostic> sorted() const;

  /// "rules/flood.yaml:14:17: E012 unknown weather type 'rainstrom'; did you mean 'rainstorm'?" and below it
  /// the line and a caret.
  std::string text() const;
  /// A JSON array of {"gravity","code","file","line","column","message","hint","excerpt"}.
  std::string json() const;

 private:
  struct Source {
    std::string file;
    std::vector<std::string> lines;
  };
  std::vector<Diagnostic> found_;
  std::vector<Source> sources_;
  size_t errors_ = 0;
};

/// The candidate nearest to `word` by edit distance, if near enough to be a likely slip; else empty.
std::string nearest(std::string_view word, const std::vector<std::string>& candidates);
/// "did you mean 'x'?", or "expected one of a, b, c", for a hint.
std::string suggest(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace duban
