// Recorded events in order of instant, for runs on a virtual clock. Their form is that of `run --source
// jsonl:` (intake/jsonl_source.hpp).
//
// A line that cannot be read becomes a record all the same, at the instant of the line before it: the decoder
// refuses it with the reason, so that nothing is dropped in silence.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "core/time.hpp"
#include "event/record.hpp"

namespace duban::app {

/// A record that owns its bytes, in the short form: `time` and `subject` may be left out.
event::Record owned_record(std::string json, const event::Input& input, int64_t offset, Instant at);
/// The same, keeping its input alive, too.
event::Record owned_record(std::string json, std::shared_ptr<const event::Input> input, int64_t offset,
                           Instant at);

/// The records of a file in order of instant; records of one instant in the order of their lines. Where the
/// lines begin is held in memory (24 bytes each), the lines are not.
class RecordFile {
 public:
  /// "-" is standard input, which is held in memory. Null and the reason in `error` if it cannot be read.
  static std::unique_ptr<RecordFile> open(const std::string& path, const Zone& zone, std::string& error);
  ~RecordFile();
  RecordFile(const RecordFile&) = delete;
  RecordFile& operator=(const RecordFile&) = delete;

  std::optional<event::Record> next();
  size_t count() const;
  bool was_in_order() const;
  /// Of the first and of the last record; the epoch if there is none.
  Instant first() const;
  Instant last() const;
  /// The line, counted from 1, of the record with this offset. The offset is the line itself if the file was
  /// in order, else the record's place in the replay: offsets have to rise.
  int64_t line(int64_t offset) const;
  const event::Input& input() const;

 private:
  struct Impl;
  explicit RecordFile(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace duban::app
