// Reading YAML so that every mistake is reported with its place, and none stops the reading.
//
// A Reader is a cursor on one node. Each getter notes a Diagnostic where the value is missing or of the wrong
// type and returns a harmless default, so that a loader reads straight on; `Diagnostics::has_errors()` at the
// end decides. Every key that a loader asks for is a known key; `finish()` reports all others, with the
// nearest known name. Aliases, anchors and merge keys are ordinary YAML and allowed; duplicate keys are
// errors.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/diagnostic.hpp"
#include "core/time.hpp"

namespace duban::yaml {

struct File;  // the text, its name and the tree; shared by the Readers on it
struct Node;

class Reader {
 public:
  /// A cursor on the whole document. Unreadable file or broken YAML: a Diagnostic and an absent Reader.
  static Reader open(const std::string& path, Diagnostics& out);
  static Reader parse(const std::string& name, std::string text, Diagnostics& out);

  Reader(const Reader&);
  Reader(Reader&&) noexcept;
  Reader& operator=(const Reader&);
  ~Reader();

  /// False for a key that is not there or a null.
  explicit operator bool() const;
  bool is_map() const;
  bool is_list() const;
  bool is_scalar() const;
  /// Where this node begins; for an absent one, where its parent begins.
  Place place() const;
  /// Where the key stands under which this value was found; elsewhere the same as place().
  Place key_place() const;
  /// Where byte `offset` of this scalar's text stands in the file, through quotes, folded lines and blocks;
  /// the scalar's beginning in the rare cases where that cannot be told (numeric escapes).
  Place place_at(size_t offset) const;

  /// The value under `key`, noting the key as known. Absent if missing; `required` reports that.
  Reader get(const std::string& key) const;
  Reader required(const std::string& key) const;
  /// Keys in file order with their places, for maps whose keys are data.
  std::vector<std::pair<std::string, Reader>> entries() const;
  std::vector<Reader> items() const;
  /// A list's items; a lone scalar counts as a list of one.
  std::vector<Reader> items_or_one() const;
  /// Reports every key of this map that nobody asked for.
  void finish() const;

  // Each reports a wrong type and returns the default. On an absent node: the default, silently.
  std::string string(std::string fallback = {}) const;
  int64_t integer(int64_t fallback = 0) const;
  double number(double fallback = 0) const;
  bool boolean(bool fallback = false) const;
  std::optional<Date> date() const;
  std::optional<TimeOfDay> time_of_day() const;
  std::optional<Duration> duration() const;
  std::vector<std::string> strings() const;
  /// One of `allowed`, else an error with the nearest name.
  std::string one_of(const std::vector<std::string>& allowed, std::string fallback = {}) const;

  void error(std::string code, std::string message, std::string hint = {}) const;
  void warning(std::string code, std::string message, std::string hint = {}) const;
  Diagnostics& diagnostics() const;
  /// True if the scalar was written with quotes (`"007"` is a string, `7` a number).
  bool quoted() const;
  /// The node's text as it stands in a JSON document (scalars typed by YAML 1.2 core rules unless quoted).
  std::string to_json() const;

 private:
  struct Cursor;
  explicit Reader(std::shared_ptr<Cursor> cursor);
  Reader child(const Node* node, const Node* key) const;
  std::shared_ptr<Cursor> cursor_;
};

}  // namespace duban::yaml
