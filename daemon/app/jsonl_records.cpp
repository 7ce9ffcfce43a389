#include "app/jsonl_records.hpp"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <sstream>
#include <utility>
#include <vector>

#include "core/utf8.hpp"
#include "event/cloudevents.hpp"
#include "intake/jsonl_lines.hpp"

namespace duban::app {
namespace {

struct Owned {
  std::string json;
  std::shared_ptr<const event::Input> input;  // may be null: then it outlives the record anyway
};

event::Record make_record(Owned parts, const event::Input& input, int64_t offset, Instant at) {
  auto owned = std::make_unique<Owned>(std::move(parts));
  event::Record record;
  record.input = &input;
  record.offset = offset;
  record.at = at;
  record.payload = owned->json;
  record.headers = {{"content-type", "application/cloudevents+json"}, {event::kShortFormHeader, ""}};
  record.owner = {owned.release(), [](void* pointer) { delete static_cast<Owned*>(pointer); }};
  return record;
}

struct Line {
  Instant at{};
  std::streamoff begin = 0;
  int64_t number = 0;
};

/// The next line without its end, byte order mark and surrounding blanks; false at the end.
bool next_line(std::istream& in, int64_t number, std::string& text) {
  if (!std::getline(in, text)) return false;
  if (number == 1 && text.starts_with(utf8::kByteOrderMark)) text.erase(0, utf8::kByteOrderMark.size());
  text.erase(text.find_last_not_of(" \t\r") + 1);
  text.erase(0, text.find_first_not_of(" \t\r"));
  return true;
}

}  // namespace

event::Record owned_record(std::string json, const event::Input& input, int64_t offset, Instant at) {
  return make_record({std::move(json), nullptr}, input, offset, at);
}

event::Record owned_record(std::string json, std::shared_ptr<const event::Input> input, int64_t offset,
                           Instant at) {
  const event::Input& kept = *input;
  return make_record({std::move(json), std::move(input)}, kept, offset, at);
}

struct RecordFile::Impl {
  Impl(std::unique_ptr<std::istream> in, const std::string& name, const Zone& zone)
      : stream(std::move(in)), input{name, 0}, reader(input, zone) {}

  /// Notes where every line begins and its instant.
  void scan() {
    std::string text;
    event::Record record;
    Instant before{};
    bool known = false;  // some line has stated its instant
    for (int64_t number = 1;; ++number) {
      const std::streamoff begin = stream->tellg();
      if (!next_line(*stream, number, text)) break;
      if (text.empty()) continue;
      const std::optional<Instant> stated = reader.read(text, number, record);
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
  intake::JsonlLine reader;
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
    const int reason = std::filesystem::is_directory(path) ? EISDIR : errno;
    if (!*stream || reason == EISDIR) {
      error = path + ": cannot be read: " + std::strerror(reason) +
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
  const Line& line = impl_->lines[impl_->next++];
  if (impl_->stream->tellg() != line.begin) impl_->stream->seekg(line.begin);
  std::string text;
  next_line(*impl_->stream, line.number, text);
  event::Record record;
  impl_->reader.read(text, line.number, record);
  record.at = line.at;
  if (!impl_->in_order) record.offset = static_cast<int64_t>(impl_->next);
  return record;
}

size_t RecordFile::count() const { return impl_->lines.size(); }
bool RecordFile::was_in_order() const { return impl_->in_order; }
Instant RecordFile::first() const { return impl_->lines.empty() ? Instant{} : impl_->lines.front().at; }
Instant RecordFile::last() const { return impl_->lines.empty() ? Instant{} : impl_->lines.back().at; }
int64_t RecordFile::line(int64_t offset) const {
  if (impl_->in_order) return offset;
  const auto position = static_cast<size_t>(offset - 1);
  return offset >= 1 && position < impl_->lines.size() ? impl_->lines[position].number : 0;
}
const event::Input& RecordFile::input() const { return impl_->input; }

}  // namespace duban::app
