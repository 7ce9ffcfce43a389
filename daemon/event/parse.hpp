// Bytes to checked JSON. Private to event/.
#pragma once

#include <memory>
#include <string_view>

#include "event/fault.hpp"

namespace simdjson::dom {
class element;
}

namespace duban::event {

/// Keeps simdjson's buffers from record to record; what it returned is gone with the next parse().
class Parser {
 public:
  Parser();
  ~Parser();
  /// Checks size, UTF-8, syntax and depth of the whole text, and that it is an object.
  Fault parse(std::string_view text, simdjson::dom::element& root);
  /// The bytes of the top-level object's member `data` as they came; only after a parse() without a fault.
  std::string_view raw_data(const simdjson::dom::element& data);

 private:
  struct Buffers;
  std::unique_ptr<Buffers> buffers_;
};

}  // namespace duban::event
