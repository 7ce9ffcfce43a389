#include "intake/jsonl_lines.hpp"

#include <fmt/format.h>
#include <simdjson.h>

#include "core/limits.hpp"
#include "event/cloudevents.hpp"

namespace duban::intake {

using event::Record;

namespace {

/// What a record from a file owns.
struct Line {
  std::string payload;
  std::string why;  // it could not be read
};

constexpr event::Header kStructured{"content-type", "application/cloudevents+json"};

std::string quote(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

}  // namespace

struct JsonlLine::Parser {
  /// False: `why` says what is wrong with the line's instant. A line that is no JSON object is left to the
  /// decoder, which says more about it.
  bool read(std::string_view text, const Zone& zone);
  /// The members that the short form leaves out, to be put in front of the others.
  std::string missing_members(const event::Input& input, int64_t number) const;

  simdjson::dom::parser parser;
  std::string buffer;
  std::string why;
  std::string_view stated;  // `at` as written
  Instant at{};
  bool is_object = false, is_short = false;
  bool has_id = false, has_source = false, has_time = false;
};

bool JsonlLine::Parser::read(std::string_view text, const Zone& zone) {
  buffer.assign(text);
  buffer.reserve(buffer.size() + simdjson::SIMDJSON_PADDING);
  simdjson::dom::object object;
  why.clear();
  is_object = is_short = false;
  if (parser.parse(buffer.data(), buffer.size(), false).get_object().get(object)) return false;
  is_object = true;
  simdjson::dom::element member;
  is_short = object["specversion"].get(member) != simdjson::SUCCESS;
  has_id = object["id"].get(member) == simdjson::SUCCESS;
  has_source = object["source"].get(member) == simdjson::SUCCESS;
  has_time = object["time"].get(member) == simdjson::SUCCESS;
  if (object["at"].get(member)) {
    why = "at is missing; state the instant of the record, as \"at\":\"2023-01-19T10:00\"";
    return false;
  }
  const auto instant = member.get_string().get(stated) ? std::nullopt : zone.parse(stated);
  if (!instant) {
    why = fmt::format("at is {}; expected an instant, as \"2023-01-19T10:00\" or with an offset",
                      event::in_quotes(simdjson::minify(member)));
    return false;
  }
  at = *instant;
  return true;
}

std::string JsonlLine::Parser::missing_members(const event::Input& input, int64_t number) const {
  std::string out = "{\"specversion\":\"1.0\",";
  if (!has_id) out += fmt::format("\"id\":\"line-{}\",", number);
  if (!has_source) out += fmt::format("\"source\":{},", quote(input.topic));
  if (!has_time) out += fmt::format("\"time\":{},", quote(stated));
  return out;
}

JsonlLine::JsonlLine(const event::Input& input, Zone zone)
    : input_(input), zone_(std::move(zone)), parser_(std::make_unique<Parser>()) {}
JsonlLine::~JsonlLine() = default;

std::optional<Instant> JsonlLine::read(std::string_view text, int64_t number, Record& record) {
  const bool has_instant = text.size() <= limits::kRecordBytes && parser_->read(text, zone_);
  auto owned = std::make_unique<Line>();
  record = Record{};
  record.headers.push_back(kStructured);
  if (has_instant && parser_->is_short) {
    owned->payload = parser_->missing_members(input_, number);
    owned->payload += text.substr(1);
    record.headers.push_back({event::kShortFormHeader, ""});
  } else {
    owned->payload = text;
  }
  if (!has_instant && parser_->is_object && text.size() <= limits::kRecordBytes) {
    owned->why = fmt::format("line {} of {}: {}", number, input_.topic, parser_->why);
    record.headers.push_back({event::kBadLineHeader, owned->why});
  }
  record.input = &input_;
  record.offset = number;
  if (has_instant) record.at = parser_->at;
  record.payload = owned->payload;
  record.owner = {owned.release(), [](void* p) { delete static_cast<Line*>(p); }};
  return has_instant ? std::optional(parser_->at) : std::nullopt;
}

JsonlLines::JsonlLines(const event::Input& input, Zone zone, int64_t first_line)
    : reader_(input, std::move(zone)), first_(first_line) {}

void JsonlLines::feed(std::string_view bytes, std::vector<Record>& out) {
  while (!bytes.empty()) {
    const size_t end = bytes.find('\n');
    const std::string_view part = bytes.substr(0, end);
    if (end != std::string_view::npos && rest_.empty()) {
      line(part, out);
    } else {
      // Of a line too long to be an event only so much is kept that the decoder sees that it is too long.
      const size_t room =
          limits::kRecordBytes + 1 > rest_.size() ? limits::kRecordBytes + 1 - rest_.size() : 0;
      rest_ += part.substr(0, room);
      if (end != std::string_view::npos) {
        line(rest_, out);
        rest_.clear();
      }
    }
    if (end == std::string_view::npos) return;
    bytes.remove_prefix(end + 1);
  }
}

void JsonlLines::finish(std::vector<Record>& out) {
  if (!rest_.empty()) line(rest_, out);
  rest_.clear();
  for (Record& record : without_instant_) out.push_back(std::move(record));
  without_instant_.clear();
}

void JsonlLines::line(std::string_view text, std::vector<Record>& out) {
  if (++number_ == 1 && text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  const size_t begin = text.find_first_not_of(" \t\r");
  if (number_ < first_ || begin == std::string_view::npos) return;
  text = text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
  Record record;
  const bool has_instant = reader_.read(text, number_, record).has_value();
  if (!has_instant) record.at = last_at_;
  give(std::move(record), has_instant, out);
}

/// A line without an instant takes that of the line before it, the first ones that of the first with one.
void JsonlLines::give(Record record, bool has_instant, std::vector<Record>& out) {
  given_ = record.offset;
  if (!has_instant && last_at_ == Instant{} && without_instant_.size() < limits::kBatchRecords) {
    without_instant_.push_back(std::move(record));
    return;
  }
  if (has_instant) last_at_ = record.at;
  for (Record& earlier : without_instant_) {
    earlier.at = record.at;
    out.push_back(std::move(earlier));
  }
  without_instant_.clear();
  out.push_back(std::move(record));
}

}  // namespace duban::intake
