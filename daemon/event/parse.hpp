// Bytes to checked JSON. Private to event/.
#pragma once

#include <simdjson.h>

#include <string_view>
#include <vector>

#include "event/fault.hpp"

namespace duban::event {

/// Keeps simdjson's buffers from record to record; what it returned is gone with the next parse().
class Parser {
 public:
  Parser();
  /// Checks size, UTF-8, syntax and depth of the whole text, and that it is an object.
  Fault parse(std::string_view text, simdjson::dom::element& root);
  /// The bytes of the top-level object's member `data` as they came; only after a parse() without a fault.
  std::string_view raw_data(simdjson::dom::element data);

 private:
  std::vector<char> buffer_;  // simdjson reads SIMDJSON_PADDING bytes beyond the end
  size_t size_ = 0;
  simdjson::dom::parser parser_;
  simdjson::ondemand::parser second_;
  std::string minified_;
};

}  // namespace duban::event
