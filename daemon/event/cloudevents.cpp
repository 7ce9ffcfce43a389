#include "event/cloudevents.hpp"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <array>

#include "core/limits.hpp"
#include "core/utf8.hpp"

namespace duban::event {
namespace {

constexpr std::string_view kStructured = "application/cloudevents";
constexpr std::string_view kBatched = "application/cloudevents-batch";

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool same_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

bool starts_ignoring_case(std::string_view text, std::string_view prefix) {
  return text.size() >= prefix.size() && same_ignoring_case(text.substr(0, prefix.size()), prefix);
}

/// "application/json; charset=utf-8" → "application/json".
std::string_view media_type_of(std::string_view text) {
  text = text.substr(0, text.find(';'));
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  return text;
}

Fault not_json(std::string_view media_type) {
  return {code::kContentType, fmt::format("content type is {}; send the event as JSON (application/json, or "
                                          "application/cloudevents+json for the structured mode)",
                                          in_quotes(media_type))};
}

/// The mode that the content type itself states, if it is one of CloudEvents' own.
Fault read_content_type(std::string_view value, Envelope& out) {
  const std::string_view media = media_type_of(value);
  if (starts_ignoring_case(media, kBatched)) {
    return {code::kBatch,
            "the record is a batch of events (application/cloudevents-batch); send one event per record"};
  }
  if (!starts_ignoring_case(media, kStructured)) return {};
  if (!is_json(media)) return not_json(media);
  out.mode = Mode::structured;
  return {};
}

Fault read_attribute_header(const Header& header, Envelope& out) {
  std::string_view* slot = out.attributes.find(header.name.substr(3));
  if (!slot) return {};
  if (slot->data()) {
    return {code::kDuplicateKey, fmt::format("header {} is there twice; send it once", header.name)};
  }
  if (!simdjson::validate_utf8(header.value.data(), header.value.size())) {
    return {code::kNotUtf8, fmt::format("header {} is not UTF-8; encode it as UTF-8", header.name)};
  }
  *slot = header.value.data() ? header.value : std::string_view("");
  return {};
}

}  // namespace

std::string in_quotes(std::string_view text, size_t limit) {
  std::string out = "'";
  while (!text.empty()) {
    const utf8::CodePoint c = utf8::first(text);
    if (out.size() + c.bytes > limit + 1) return out + "…'";
    if (c.valid && c.value >= 0x20 && c.value != 0x7F) {
      out += text.substr(0, c.bytes);
    } else {
      out += '?';
    }
    text.remove_prefix(c.bytes);
  }
  return out + "'";
}

std::string_view* Attributes::find(std::string_view name) {
  switch (name.size()) {
    case 2:
      return name == "id" ? &id : nullptr;
    case 4:
      return name == "type" ? &type : name == "time" ? &time : nullptr;
    case 6:
      return name == "source" ? &source : nullptr;
    case 7:
      return name == "subject" ? &subject : nullptr;
    case 11:
      return name == "specversion" ? &specversion : nullptr;
    case 15:
      return name == "datacontenttype" ? &content_type : nullptr;
    default:
      return nullptr;
  }
}

bool is_json(std::string_view media_type) {
  const std::string_view media = media_type_of(media_type);
  if (same_ignoring_case(media, "application/json") || same_ignoring_case(media, "text/json")) return true;
  constexpr std::string_view kSuffix = "+json";
  return media.size() > kSuffix.size() &&
         same_ignoring_case(media.substr(media.size() - kSuffix.size()), kSuffix);
}

Fault read_headers(const Record& record, Envelope& out) {
  std::string_view content_type;
  for (const Header& header : record.headers) {
    if (header.name.starts_with("ce_")) {
      if (out.mode == Mode::unmarked) out.mode = Mode::binary;
      if (Fault fault = read_attribute_header(header, out)) return fault;
    } else if (same_ignoring_case(header.name, "content-type")) {
      content_type = header.value;
      if (Fault fault = read_content_type(content_type, out)) return fault;
    } else if (header.name == kShortFormHeader) {
      out.short_form = true;
    } else if (header.name == kBadLineHeader) {
      if (header.value.empty() || !simdjson::validate_utf8(header.value.data(), header.value.size())) {
        return {code::kBadLine, fmt::format("the line could not be read: {}", in_quotes(header.value))};
      }
      return {code::kBadLine, std::string(header.value)};
    }
  }
  if (out.mode != Mode::structured && !content_type.empty() && !is_json(content_type)) {
    return not_json(content_type);
  }
  return {};
}

Fault check_attribute(std::string_view name, std::string_view value) {
  if (value.empty()) {
    return {code::kMissingAttribute,
            fmt::format("attribute {} is missing or empty; CloudEvents requires it", name)};
  }
  if (value.size() > limits::kAttributeBytes) {
    return {code::kBadAttribute, fmt::format("attribute {} has {} bytes, at most {} are allowed: {}", name,
                                             value.size(), limits::kAttributeBytes, in_quotes(value))};
  }
  const auto control = [](unsigned char c) { return c < 0x20 || c == 0x7F; };
  if (std::any_of(value.begin(), value.end(), control)) {
    return {code::kBadAttribute,
            fmt::format("attribute {} is {} with a control character; remove it", name, in_quotes(value))};
  }
  return {};
}

Fault check_attributes(const Attributes& a) {
  if (a.specversion != "1.0" && !a.specversion.empty()) {
    return {code::kBadAttribute,
            fmt::format("attribute specversion is {}; only '1.0' is understood", in_quotes(a.specversion))};
  }
  const std::array<std::pair<std::string_view, std::string_view>, 4> required{
      {{"specversion", a.specversion}, {"id", a.id}, {"source", a.source}, {"type", a.type}}};
  for (const auto& [name, value] : required) {
    if (Fault fault = check_attribute(name, value)) return fault;
  }
  if (!a.content_type.empty() && !is_json(a.content_type)) return not_json(a.content_type);
  return a.subject.empty() ? Fault{} : check_attribute("subject", a.subject);
}

}  // namespace duban::event
