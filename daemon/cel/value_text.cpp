// Values as JSON and as text for people.
#include <charconv>
#include <cmath>

#include "cel/civil.hpp"
#include "cel/type.hpp"
#include "cel/value.hpp"
#include "core/base64.hpp"

namespace duban::cel {
namespace {

/// The escape of a character that JSON does not allow in a string as it is.
void append_escaped(std::string& out, char c) {
  static constexpr char kHex[] = "0123456789abcdef";
  switch (c) {
    case '"':
      out += "\\\"";
      break;
    case '\\':
      out += "\\\\";
      break;
    case '\n':
      out += "\\n";
      break;
    case '\r':
      out += "\\r";
      break;
    case '\t':
      out += "\\t";
      break;
    default:
      out += "\\u00";
      out += kHex[c >> 4];
      out += kHex[c & 15];
  }
}

bool needs_escape(char c) { return c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20; }

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  // Runs that need no escape, nearly always the whole text, are copied at once.
  for (size_t begin = 0; begin < text.size();) {
    size_t end = begin;
    while (end < text.size() && !needs_escape(text[end])) ++end;
    out.append(text, begin, end - begin);
    if (end < text.size()) append_escaped(out, text[end++]);
    begin = end;
  }
  out += '"';
}

void append_number(std::string& out, const Value& v) {
  if (v.is(Kind::integer)) out += std::to_string(v.integer());
  if (v.is(Kind::uinteger)) out += std::to_string(v.uinteger());
  if (v.is(Kind::floating)) append_double(out, v.floating());
}

void append_member(std::string& out, bool& first, std::string_view key, const Value& value) {
  if (!first) out += ',';
  first = false;
  append_json_string(out, key);
  out += ':';
  append_json(out, value);
}

void append_entries(std::string& out, bool& first, std::span<const MapEntry> entries) {
  for (const MapEntry& e : entries) append_member(out, first, to_text(e.key), e.value);
}

void append_record(std::string& out, const Value& v) {
  const RecordType& type = *v.record_type();
  bool first = true;
  out += '{';
  for (size_t i = 0; i < type.fields.size(); ++i) {
    const Value& field = v.fields()[i];
    if (field.is_absent()) continue;
    if (type.open && i + 1 == type.fields.size() && field.is(Kind::map)) {
      append_entries(out, first, field.entries());
    } else {
      append_member(out, first, type.fields[i].name, field);
    }
  }
  out += '}';
}

/// Text without quotes of the kinds that are neither a container nor null.
void append_scalar(std::string& out, const Value& v) {
  switch (v.kind()) {
    case Kind::boolean:
      out += v.boolean() ? "true" : "false";
      break;
    case Kind::integer:
    case Kind::uinteger:
    case Kind::floating:
      append_number(out, v);
      break;
    case Kind::string:
    case Kind::type:
    case Kind::error:
      out += v.text();
      break;
    case Kind::bytes:
      out += base64::encode(v.text());
      break;
    case Kind::timestamp:
      append_timestamp(out, v);
      break;
    case Kind::duration:
      append_duration(out, v);
      break;
    case Kind::date:
      out += v.date().str();
      break;
    default:
      break;
  }
}

}  // namespace

void append_json(std::string& out, const Value& v) {
  switch (v.kind()) {
    case Kind::absent:
    case Kind::null:
      out += "null";
      return;
    case Kind::boolean:
    case Kind::integer:
    case Kind::uinteger:
      append_scalar(out, v);
      return;
    case Kind::floating:
      if (std::isfinite(v.floating())) return append_scalar(out, v);
      break;
    case Kind::list: {
      out += '[';
      for (size_t i = 0; i < v.items().size(); ++i) {
        if (i > 0) out += ',';
        append_json(out, v.items()[i]);
      }
      out += ']';
      return;
    }
    case Kind::map: {
      bool first = true;
      out += '{';
      append_entries(out, first, v.entries());
      out += '}';
      return;
    }
    case Kind::record:
      append_record(out, v);
      return;
    default:
      break;
  }
  std::string text;
  append_scalar(text, v);
  append_json_string(out, text);
}

std::string to_json(const Value& v) {
  std::string out;
  append_json(out, v);
  return out;
}

std::string to_text(const Value& v) {
  std::string out;
  if (v.is(Kind::list)) {
    for (size_t i = 0; i < v.items().size(); ++i) {
      if (i > 0) out += ", ";
      out += to_text(v.items()[i]);
    }
  } else if (v.is(Kind::map) || v.is(Kind::record)) {
    append_json(out, v);
  } else {
    append_scalar(out, v);
  }
  return out;
}

}  // namespace duban::cel
