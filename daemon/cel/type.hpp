// Static types of expressions, for checking at load time.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cel/value.hpp"

namespace duban::cel {

struct RecordType;

/// A type as the checker sees it. Small and copyable; `element` and the like are shared and immutable.
struct Type {
  enum class Base : uint8_t {
    dyn,  // not known before run time; every use is allowed
    null,
    boolean,
    integer,
    uinteger,
    floating,
    string,
    bytes,
    timestamp,
    duration,
    date,
    list,
    map,
    record,
    type,
  };
  Base base = Base::dyn;
  std::shared_ptr<const Type> key;      // of a map
  std::shared_ptr<const Type> element;  // of a list, or a map's values
  const RecordType* record = nullptr;   // of a record
  /// Of a string with a fixed vocabulary: comparing it with anything else can never hold and is an error.
  std::shared_ptr<const std::vector<std::string>> values;

  static Type dyn() { return {}; }
  static Type of(Base b) { return Type{b, {}, {}, nullptr, {}}; }
  static Type list_of(Type element);
  static Type map_of(Type key, Type element);
  static Type of_record(const RecordType* r) { return Type{Base::record, {}, {}, r, {}}; }
  static Type one_of(std::vector<std::string> values);
  /// "string", "list(date)", "hazard".
  std::string str() const;
};

struct FieldDecl {
  std::string name;
  Type type;
};

/// The layout of a record value: fields by position. Registered once, never destroyed or moved (Values refer
/// to it by a 16-bit index), at most 65,535 in a process; the same layout made again is the one that is
/// there. Registration is thread-safe.
struct RecordType {
  std::string name;
  std::vector<FieldDecl> fields;
  /// Fields beyond the declared ones may be named and are dyn (the last field then holds a map of them).
  bool open = false;
  uint16_t index = 0;

  static const RecordType* make(std::string name, std::vector<FieldDecl> fields, bool open = false);
  static const RecordType* by_index(uint16_t index);
  /// Position of a field, or -1.
  int find(std::string_view field) const;
};

}  // namespace duban::cel
