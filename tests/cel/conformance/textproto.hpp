// A reader of protobuf's text format, as far as the conformance data uses it.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace duban::cel::conformance {

/// A message: fields in order, repeated ones several times. A scalar is a message with text only.
struct Message {
  std::string text;  // of a scalar: a string's bytes, or a number or name as written
  bool is_scalar = false;
  std::vector<std::pair<std::string, Message>> fields;

  /// The first field of that name; null if there is none.
  const Message* find(std::string_view name) const;
  /// Follows names down; null where one is missing.
  const Message* find(std::initializer_list<std::string_view> path) const;
  std::vector<const Message*> all(std::string_view name) const;
  std::string text_of(std::string_view name) const;
};

/// Throws std::runtime_error with the line of what it cannot read.
Message parse_textproto(std::string_view text);

}  // namespace duban::cel::conformance
