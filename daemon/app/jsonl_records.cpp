#include "app/jsonl_records.hpp"

#include <simdjson.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <sstream>
#include <vector>

#include "core/utf8.hpp"
#include "event/cloudevents.hpp"

namespace duban::app {
namespace {

constexpr std::string_view kContentType = "application/cloudevents+json";

struct Owned {
  std::string json;
  std::string fault;  // why the line is no event, if that was seen already
  std::shared_ptr<const event::Input> input;
};

event::Record make_record(Owned parts, const event::Input& input, int64_t offset, Instant at) {
  auto owned = std::make_unique<Owned>(std::move(parts));
  event::Record record;
  record.input = &input;
  record.offset = offset;
  record.at = at;
  record.payload = owned->json;
  record.headers = {{"content-type", kContentType}, {event::kShortFormHeader, ""}};
  if (!owned->fault.empty()) record.headers.push_back({event::kBadLineHeader, owned->fault});
  record.owner = {owned.release(), [](void* pointer) { delete static_cast<Owned*>(pointer); }};
  return record;
}

/// Reads the instant of a line, and nothing else of it.
class Stamp {
 public:
  explicit Stamp(const Zone& zone) : zone_(zone) {}

  /// Nothing, and the reason in `fault`, if the line states none. What is no JSON at all is the decoder's to
  /// say.
  std::optional<Instant> read(std::string_view line, std::string& fault) {
    buffer_.resize(std::max(buffer_.size(), line.size() + simdjson::SIMDJSON_PADDING));
    std::memcpy(buffer_.data(), line.data(), line.size());
    simdjson::ondemand::document document;
    const simdjson::padded_string_view view(buffer_.data(), line.size(), buffer_.size());
    if (parser_.iterate(view).get(document) != simdjson::SUCCESS) return {};
    simdjson::ondemand::object object;
    if (document.get_object().get(object) != simdjson::SUCCESS) return {};
    for (const char* name : {"at", "time"}) {
      std::string_view text;
      const auto error = object.find_field_unordered(name).get_string().get(text);
      if (error == simdjson::NO_SUCH_FIELD) continue;
      const auto instant = error == simdjson::SUCCESS ? zone_.parse(text) : std::nullopt;
      if (!instant)
        fault = std::string("'") + name + "' is no instant; write it like 2023-02-07T09:00:00+08:00";
      return instant;
    }
    fault = "the line has neither 'at' nor 'time'; add the instant at which the event was recorded as 'at'";
    return {};
  }

 private:
  Zone zone_;
  std::vector<char> buffer_;
  simdjson::ondemand::parser parser_;
};

struct Line {
  Instant at{};
  std::streamoff begin = 0;
  int64_t number = 0;
};

bool blank(const std::string& line) { return line.find_first_not_of(" \t\r") == std::string::npos; }

}  // namespace

event::Record owned_record(std::string json, const event::Input& input, int64_t offset, Instant at) {
  return make_record({std::move(json), {}, nullptr}, input, offset, at);
}

event::Record owned_record(std::string json, std::shared_ptr<const event::Input> input, int64_t offset,
                           Instant at) {
  const event::Input& kept = *input;
  return make_record({std::move(json), {}, std::move(input)}, kept, offset, at);
}

struct RecordFile::Impl {
  Impl(std::unique_ptr<std::istream> in, const std::string& name, const Zone& zone)
      : stream(std::move(in)), input{name, 0}, stamp(zone) {}

  /// Notes where every line begins and its instant.
  void scan() {
    std::string text;
    std::string fault;
    Instant before{};
    bool known = false;  // some line has stated its instant
    for (int64_t number = 1;; ++number) {
      const std::streamoff begin = stream->tellg();
      if (!std::getline(*stream, text)) break;
      if (number == 1 && text.starts_with(utf8::kByteOrderMark)) text.erase(0, utf8::kByteOrderMark.size());
      if (blank(text)) continue;
      const std::optional<Instant> stated = stamp.read(text, fault);
      if (stated && !std::exchange(known, true))
        for (Line& line : lines) line.at = before = *stated;  // what cannot be read and stands before it
      const Instant at = stated.value_or(before);
      in_order = in_order && at >= before;
      lines.push_back({at, begin, number});
      before = at;
    }
    if (!in_order)
      std::stable_sort(lines.begin(), lines.end(), [](const Line& a, const Line& b) { return a.at < b.at; });
    stream->clear();
  }

  std::unique_ptr<std::istream> stream;
  event::Input input;
  Stamp stamp;
  std::vector<Line> lines;
  bool in_order = true;
  size_t next = 0;
};

RecordFile::RecordFile(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
RecordFile::~RecordFile() = default;

std::unique_ptr<RecordFile> RecordFile::open(const std::string& path, const Zone& zone, std::string& error) {
  std::unique_ptr<std::istream> stream;
  std::string name = "stdin";
  if (path == "-") {
    stream = std::make_unique<std::istringstream>(std::string(std::istreambuf_iterator<char>(std::cin), {}));
  } else {
    name = std::filesystem::path(path).filename().string();
    stream = std::make_unique<std::ifstream>(path, std::ios::binary);
    if (!*stream || std::filesystem::is_directory(path)) {
      error = path + ": cannot be read: " + std::strerror(stream->good() ? EISDIR : errno) +
              "; give a file of recorded events (JSON lines), or - for standard input";
      return nullptr;
    }
  }
  auto impl = std::make_unique<Impl>(std::move(stream), name, zone);
  impl->scan();
  return std::unique_ptr<RecordFile>(new RecordFile(std::move(impl)));
}

std::optional<event::Record> RecordFile::next() {
  if (impl_->next >= impl_->lines.size()) return {};
  const Line& line = impl_->lines[impl_->next];
  if (impl_->stream->tellg() != line.begin) impl_->stream->seekg(line.begin);
  std::string text;
  std::getline(*impl_->stream, text);
  if (line.number == 1 && text.starts_with(utf8::kByteOrderMark)) text.erase(0, utf8::kByteOrderMark.size());
  std::string fault;
  impl_->stamp.read(text, fault);
  return make_record({std::move(text), std::move(fault), nullptr}, impl_->input,
                     static_cast<int64_t>(impl_->next++), line.at);
}

size_t RecordFile::count() const { return impl_->lines.size(); }
bool RecordFile::was_in_order() const { return impl_->in_order; }
Instant RecordFile::first() const { return impl_->lines.empty() ? Instant{} : impl_->lines.front().at; }
Instant RecordFile::last() const { return impl_->lines.empty() ? Instant{} : impl_->lines.back().at; }
int64_t RecordFile::line(int64_t offset) const {
  const auto position = static_cast<size_t>(offset);
  return offset >= 0 && position < impl_->lines.size() ? impl_->lines[position].number : 0;
}
const event::Input& RecordFile::input() const { return impl_->input; }

}  // namespace duban::app
