#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collect.hpp"
#include "core/limits.hpp"
#include "intake/jsonl_lines.hpp"
#include "intake/jsonl_source.hpp"
#include "support/temporary_folder.hpp"

namespace duban::intake {
namespace {

using event::Record;

const event::Input kInput{"events.jsonl", 0};

std::vector<Record> read(const std::string& text, size_t portion = 1'000'000, int64_t first = 0) {
  JsonlLines lines(kInput, Zone::shanghai(), first);
  std::vector<Record> out;
  for (size_t at = 0; at < text.size(); at += portion)
    lines.feed(std::string_view(text).substr(at, portion), out);
  lines.finish(out);
  return out;
}

std::string header(const Record& record, std::string_view name) {
  for (const auto& h : record.headers) {
    if (h.name == name) return h.value.empty() ? "set" : std::string(h.value);
  }
  return "";
}

const std::string kWhole =
    R"({"specversion":"1.0","id":"7","source":"s","type":"t","time":"2023-01-19T10:00:00Z","at":"2023-01-19T10:00:00+08:00","data":{}})";

struct TemporaryFile {
  explicit TemporaryFile(const std::string& text) : path(folder.write("events.jsonl", text)) {}
  duban::test::TemporaryFolder folder;
  std::string path;
};

}  // namespace

TEST_CASE("a line that is a whole event is passed on as it is") {
  const auto records = read(kWhole + "\n");
  REQUIRE(records.size() == 1);
  CHECK(records[0].payload == kWhole);
  CHECK(records[0].offset == 1);
  CHECK(records[0].input == &kInput);
  CHECK(records[0].at == *parse_rfc3339("2023-01-19T02:00:00Z"));
  CHECK(header(records[0], "content-type") == "application/cloudevents+json");
  CHECK(header(records[0], "duban-short-form").empty());
}

TEST_CASE("the short form is completed with id, source and time") {
  const auto records = read(
      "\n"
      R"({"at":"2023-01-19T10:00","type":"t","data":{}})");
  REQUIRE(records.size() == 1);
  CHECK(records[0].payload ==
        R"({"specversion":"1.0","id":"line-2","source":"events.jsonl","time":"2023-01-19T10:00",)"
        R"("at":"2023-01-19T10:00","type":"t","data":{}})");
  CHECK(records[0].at == *parse_rfc3339("2023-01-19T02:00:00Z"));
  CHECK(header(records[0], "duban-short-form") == "set");
}

TEST_CASE("what the short form states stays") {
  const auto records =
      read(R"({"id":"a","source":"b","time":"2023-01-01T00:00","at":"2023-01-19T10:00","type":"t"})");
  CHECK(
      records[0].payload ==
      R"({"specversion":"1.0","id":"a","source":"b","time":"2023-01-01T00:00","at":"2023-01-19T10:00","type":"t"})");
}

TEST_CASE("lines are the same however the bytes come") {
  const std::string text = kWhole + "\r\n\r\n  " + kWhole + "\n{\"broken\n" + kWhole;
  for (size_t portion = 1; portion < 200; portion += 7) {
    const auto records = read(text, portion);
    REQUIRE(records.size() == 4);
    CHECK(records[1].payload == kWhole);
    CHECK(records[1].offset == 3);
    CHECK(records[2].payload == "{\"broken");
    CHECK(records[3].offset == 5);
  }
}

TEST_CASE("a line that cannot be read becomes a record that says why") {
  const auto records = read(kWhole + "\n{\"type\":\"t\"}\n{\"at\":\"soon\"}\nno json\n");
  REQUIRE(records.size() == 4);
  CHECK(header(records[1], "duban-bad-line").find("line 2 of events.jsonl: at is missing") == 0);
  CHECK(header(records[2], "duban-bad-line").find("line 3 of events.jsonl: at is '\"soon\"'") == 0);
  CHECK(header(records[3], "duban-bad-line").empty());
  CHECK(records[3].payload == "no json");
  for (const Record& r : records) CHECK(r.at == records[0].at);
}

TEST_CASE("bad lines before the first good one have its instant") {
  const auto records = read("{\"type\":\"t\"}\n?\n" + kWhole);
  REQUIRE(records.size() == 3);
  CHECK(records[0].offset == 1);
  CHECK(records[2].offset == 3);
  for (const Record& r : records) CHECK(r.at == *parse_rfc3339("2023-01-19T02:00:00Z"));
}

TEST_CASE("a file of bad lines alone is given all the same") { CHECK(read("?\n?\n?").size() == 3); }

TEST_CASE("a byte order mark is skipped") { CHECK(read("\xEF\xBB\xBF" + kWhole)[0].payload == kWhole); }

TEST_CASE("of a line longer than a record may be only the beginning is kept") {
  const auto records =
      read(kWhole + "\n{\"x\":\"" + std::string(3 * limits::kRecordBytes, 'x') + "\"}\n" + kWhole, 100'000);
  REQUIRE(records.size() == 3);
  CHECK(records[1].payload.size() == limits::kRecordBytes + 1);
  CHECK(records[2].payload == kWhole);
}

TEST_CASE("a file is read from a line on, to its end") {
  TemporaryFile file(kWhole + "\n" + kWhole + "\n" + kWhole + "\n");
  asio::io_context loop;
  auto source = make_jsonl_source(loop, file.path, Zone::shanghai());
  const auto inputs = opened(loop, *source);
  REQUIRE(inputs.size() == 1);
  CHECK(inputs[0].topic == "events.jsonl");
  CHECK(source->cluster() == file.path);
  Collect sink;
  source->start({{inputs[0], {2, -1, source->cluster()}}}, sink);
  run_until(loop, [&] { return sink.finished; });
  REQUIRE(sink.records.size() == 2);
  CHECK(sink.records[0].offset == 2);
  CHECK(ends_of(loop, *source)->next_offset.at(inputs[0]) == 4);
  stopped(loop, *source);
}

TEST_CASE("a paused file gives nothing more until it is resumed") {
  std::string text;
  for (int i = 0; i < 20'000; ++i) text += kWhole + "\n";
  TemporaryFile file(text);
  asio::io_context loop;
  auto source = make_jsonl_source(loop, file.path, Zone::shanghai());
  const auto inputs = opened(loop, *source);
  Collect sink;
  sink.after_records = [&] { source->pause(inputs[0]); };
  source->start({}, sink);
  run_until(loop, [&] { return !sink.records.empty(); });
  loop.restart();
  loop.run();  // nothing is left to do
  CHECK(sink.records.size() < 5'000);
  CHECK_FALSE(sink.finished);
  CHECK(ends_of(loop, *source)->next_offset.at(inputs[0]) > sink.records.back().offset + 1);
  sink.after_records = nullptr;
  source->resume(inputs[0]);
  run_until(loop, [&] { return sink.finished; });
  CHECK(sink.records.size() == 20'000);
  CHECK(sink.records.back().offset == 20'000);
}

TEST_CASE("a pipe is read without blocking the loop") {
  TemporaryFile folder("");
  const std::string path = folder.folder.file("pipe");
  REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
  const int keep = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
  asio::io_context loop;
  auto source = make_jsonl_source(loop, path, Zone::shanghai());
  Collect sink;
  opened(loop, *source);
  source->start({}, sink);
  loop.restart();
  loop.poll();
  CHECK(sink.records.empty());
  const std::string line = kWhole + "\n";
  REQUIRE(::write(keep, line.data(), line.size()) == static_cast<ssize_t>(line.size()));
  run_until(loop, [&] { return sink.records.size() == 1; });
  CHECK_FALSE(sink.finished);
  ::close(keep);
  run_until(loop, [&] { return sink.finished; });
}

TEST_CASE("a file that is not there is an error for the operator") {
  asio::io_context loop;
  auto source = make_jsonl_source(loop, "/nowhere/events.jsonl", Zone::shanghai());
  std::string said;
  source->open([&](std::vector<event::Input> inputs, std::string error) {
    CHECK(inputs.empty());
    said = error;
  });
  loop.run();
  CHECK(said.find("/nowhere/events.jsonl: cannot be read: No such file") == 0);
}

TEST_CASE("a source that is gone calls nobody back") {
  TemporaryFile file(kWhole + "\n");
  asio::io_context loop;
  Collect sink;
  {
    auto source = make_jsonl_source(loop, file.path, Zone::shanghai());
    opened(loop, *source);
    source->start({}, sink);
  }
  loop.restart();
  loop.run();
  CHECK(sink.records.empty());
}

}  // namespace duban::intake
