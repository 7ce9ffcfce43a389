#include "event/parse.hpp"

#include <fmt/format.h>
#include <simdjson.h>

#include <nlohmann/json.hpp>
#include <vector>

#include "core/limits.hpp"
#include "core/utf8.hpp"

namespace duban::event {
namespace {

constexpr size_t kFirstCapacity = 64 << 10;

/// Finds where the syntax breaks: simdjson does not say. Only for records that are refused.
struct ErrorPosition : nlohmann::json_sax<nlohmann::json> {
  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool start_object(size_t) override { return true; }
  bool key(string_t&) override { return true; }
  bool end_object() override { return true; }
  bool start_array(size_t) override { return true; }
  bool end_array() override { return true; }
  bool parse_error(size_t position, const std::string&, const nlohmann::json::exception&) override {
    at = position;
    return false;
  }
  size_t at = 0;
};

Fault syntax_fault(std::string_view text, simdjson::error_code error) {
  ErrorPosition position;
  nlohmann::json::sax_parse(text.begin(), text.end(), &position);
  const size_t at = std::min(position.at > 0 ? position.at - 1 : 0, text.size());
  const size_t from = at > 20 ? at - 20 : 0;
  return {code::kNotJson,
          fmt::format("the value is not JSON: {} near byte {}, at {}; send one complete JSON object",
                      simdjson::error_message(error), at, in_quotes(text.substr(from, 40)))};
}

Fault fault_of(simdjson::error_code error, std::string_view text) {
  switch (error) {
    case simdjson::EMPTY:
      return {code::kEmpty, "the value has no content; send a JSON object"};
    case simdjson::UTF8_ERROR:
      return {code::kNotUtf8, fmt::format("the value is not UTF-8 at byte {}; encode it as UTF-8 (not GBK)",
                                          utf8::invalid_at(text))};
    case simdjson::DEPTH_ERROR:
      return {code::kTooDeep,
              fmt::format("the value is nested deeper than {} levels; make it flatter", limits::kEventDepth)};
    case simdjson::MEMALLOC:
      return {code::kTooLarge, "the value needs more memory than there is"};
    default:
      return syntax_fault(text, error);
  }
}

std::string_view without_byte_order_mark(std::string_view text) {
  return text.starts_with("\xEF\xBB\xBF") ? text.substr(3) : text;
}

}  // namespace

struct Parser::Buffers {
  std::vector<char> text;  // simdjson reads SIMDJSON_PADDING bytes beyond the end
  size_t size = 0;
  simdjson::dom::parser whole;
  simdjson::ondemand::parser second;
  std::string minified;
};

Parser::Parser() : buffers_(std::make_unique<Buffers>()) {
  // An object counts one level less than it is deep, and a structured event wraps its data once.
  if (buffers_->whole.allocate(kFirstCapacity, limits::kEventDepth + 2)) throw std::bad_alloc();
}
Parser::~Parser() = default;

Fault Parser::parse(std::string_view text, simdjson::dom::element& root) {
  text = without_byte_order_mark(text);
  if (text.empty()) return {code::kEmpty, "the record has no value (a tombstone?); send a JSON object"};
  if (text.size() > limits::kRecordBytes) {
    return {
        code::kTooLarge,
        fmt::format("the value has {} bytes, at most {} are read; send less, attachments by their address",
                    text.size(), limits::kRecordBytes)};
  }
  std::vector<char>& buffer = buffers_->text;
  if (buffer.size() < text.size() + simdjson::SIMDJSON_PADDING) {
    buffer.resize(text.size() * 2 + simdjson::SIMDJSON_PADDING);
  }
  std::memcpy(buffer.data(), text.data(), text.size());
  buffers_->size = text.size();
  const auto error = buffers_->whole.parse(buffer.data(), text.size(), false).get(root);
  if (error) return fault_of(error, text);
  if (root.is_array()) {
    return {code::kBatch, "the value is a list; send one event per record, as an object"};
  }
  if (!root.is_object()) {
    return {code::kNotObject,
            fmt::format("the value is {}; send a JSON object", in_quotes(simdjson::minify(root)))};
  }
  return {};
}

std::string_view Parser::raw_data(const simdjson::dom::element& data) {
  simdjson::ondemand::document document;
  simdjson::ondemand::object object;
  const simdjson::padded_string_view view(buffers_->text.data(), buffers_->size,
                                          buffers_->size + simdjson::SIMDJSON_PADDING);
  if (!buffers_->second.iterate(view).get(document) && !document.get_object().get(object)) {
    for (auto field : object) {
      std::string_view key, raw;
      if (field.unescaped_key().get(key)) break;
      if (key != "data") continue;
      simdjson::ondemand::object member;
      if (field.value().get_object().get(member) || member.raw_json().get(raw)) break;
      return raw.substr(0, raw.rfind('}') + 1);  // raw_json() takes what follows with it
    }
  }
  buffers_->minified = simdjson::minify(data);
  return buffers_->minified;
}

}  // namespace duban::event
