// From a parsed JSON value to a Value of a declared type. Private to event/.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cel/type.hpp"
#include "cel/value.hpp"
#include "core/time.hpp"
#include "event/fault.hpp"

namespace simdjson::dom {
class element;
}

namespace duban::event {

using Json = simdjson::dom::element;

/// One per decoder; begin() per event. All strings are copied into the arena.
class Conversion {
 public:
  explicit Conversion(Zone zone) : zone_(std::move(zone)) {}

  void begin(cel::Arena& arena, std::vector<std::string>* warnings);

  /// `json` as `type`; null becomes absent. False: fault() says what was expected, path() where.
  bool convert(const Json& json, const cel::Type& type, cel::Value& out);
  /// `json` as CEL sees JSON: maps with string keys, lists, int, uint, double, string, bool, null.
  bool convert_any(const Json& json, cel::Value& out);
  /// Sorts entries of a map by key and refuses repeated keys.
  bool finish_map(std::span<cel::MapEntry> entries, cel::Value& out);
  /// A division code, or a list of them.
  bool check_area(const cel::Value& value);

  /// Set when a conversion has returned false. `where` begins the path ("data").
  Fault fault(std::string_view where) const;
  /// Called on the way out of a failed conversion, innermost first.
  bool fail_in(std::string_view key);
  bool fail_at(size_t index);
  bool fail(std::string_view code, std::string reason);

 private:
  bool expected(const Json& json, std::string_view what);
  bool convert_number(const Json& json, const cel::Type& type, cel::Value& out);
  bool convert_text(const Json& json, const cel::Type& type, cel::Value& out);
  bool convert_list(const Json& json, const cel::Type& type, cel::Value& out);
  bool convert_map(const Json& json, const cel::Type& type, cel::Value& out);
  bool convert_record(const Json& json, const cel::Type& type, cel::Value& out);
  bool convert_parsed_text(std::string_view text, const cel::Type& type, const Json& json, cel::Value& out);
  void warn_unknown(std::string_view value, const std::vector<std::string>& known);

  Zone zone_;
  cel::Arena* arena_ = nullptr;
  std::vector<std::string>* warnings_ = nullptr;
  std::string path_;
  Fault fault_;
};

/// A hash of JSON that does not depend on the order of members, on white space or on how a number is written;
/// a null member counts as none. The same for every version of the catalog.
uint64_t content_hash(const Json& json);

}  // namespace duban::event
