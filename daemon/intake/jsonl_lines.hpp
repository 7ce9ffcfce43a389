// From the bytes of a file of recorded events to records; see jsonl_source.hpp for the form.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "event/record.hpp"

namespace duban::intake {

/// From one line to one record; not thread-safe.
class JsonlLine {
 public:
  /// `input` must outlive the records.
  JsonlLine(const event::Input& input, Zone zone);
  ~JsonlLine();

  /// `number` is the line's and becomes the offset. The record's `at` is what the line states; nothing if it
  /// states none (then the decoder will refuse it).
  std::optional<Instant> read(std::string_view text, int64_t number, event::Record& out);

 private:
  struct Parser;
  const event::Input& input_;
  Zone zone_;
  std::unique_ptr<Parser> parser_;
};

/// One per file; not thread-safe.
class JsonlLines {
 public:
  /// `input` must outlive the records. Lines before `first_line` are skipped.
  JsonlLines(const event::Input& input, Zone zone, int64_t first_line);

  /// Takes the next bytes, which may end within a line, and appends a record for each line that they
  /// complete.
  void feed(std::string_view bytes, std::vector<event::Record>& out);
  /// The end of the file: what remains is the last line.
  void finish(std::vector<event::Record>& out);
  /// Number of the last line given, 0 if none.
  int64_t last() const { return given_; }

 private:
  void line(std::string_view text, std::vector<event::Record>& out);
  void give(event::Record record, bool has_instant, std::vector<event::Record>& out);

  JsonlLine reader_;
  std::string rest_;  // the beginning of a line whose end has not come
  int64_t number_ = 0;
  int64_t first_;
  int64_t given_ = 0;
  Instant last_at_{};
  std::vector<event::Record> without_instant_;  // lines before the first that states one
};

}  // namespace duban::intake
