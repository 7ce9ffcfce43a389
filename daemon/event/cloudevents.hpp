// The envelope: CloudEvents 1.0 attributes from a record's headers (binary mode) or from the JSON object that
// holds the whole event (structured mode). Private to event/.
#pragma once

#include <optional>
#include <string_view>

#include "event/fault.hpp"
#include "event/record.hpp"

namespace duban::event {

enum class Mode {
  binary,      // attributes in ce_ headers, the value is the data
  structured,  // content-type application/cloudevents+json, the value is the event
  unmarked,    // no such header: an event only if the value is a JSON object with specversion
};

/// Attributes that this project reads; others pass unread. Views into the record or the parsed JSON.
struct Attributes {
  std::string_view id;
  std::string_view source;
  std::string_view specversion;
  std::string_view type;
  std::string_view time;
  std::string_view subject;
  std::string_view content_type;  // of the data

  /// The attribute of this name (as CloudEvents writes it), or null if it is none that is read.
  std::string_view* find(std::string_view name);
};

/// Header of records from recorded files whose line left out attributes that live events must have.
inline constexpr std::string_view kShortFormHeader = "duban-short-form";
/// Header of records from recorded files whose line could not be read; the value says why.
inline constexpr std::string_view kBadLineHeader = "duban-bad-line";

struct Envelope {
  Mode mode = Mode::unmarked;
  Attributes attributes;    // of binary mode
  bool short_form = false;  // see kShortFormHeader
};

/// Reads the headers: which mode, and in binary mode the attributes.
Fault read_headers(const Record& record, Envelope& out);

/// True for JSON media types: application/json, text/json, and every +json; parameters are ignored.
bool is_json(std::string_view media_type);

/// Not empty, not too long, no control characters.
Fault check_attribute(std::string_view name, std::string_view value);

/// What every event must have: id, source, type, and specversion 1.0. `time` and `subject` are the caller's,
/// who knows the entity.
Fault check_attributes(const Attributes& a);

}  // namespace duban::event
