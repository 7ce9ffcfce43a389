// Merges the records of several inputs by instant, and knows up to which instant all of them are complete.
//
// A record or a tick at T may be processed once every input is known up to T: an input is known up to its
// last record read, or, if it has been read to the end it had at T, up to T (architecture.md, Time). Ties: by
// topic, partition, offset. Late records (older than what was already released) get the last released
// instant: the instant of a shard never goes back. Not thread-safe; on the event loop.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <vector>

#include "event/record.hpp"
#include "intake/source.hpp"

namespace duban::intake {

class Merger {
 public:
  explicit Merger(std::vector<event::Input> inputs, const std::map<event::Input, int64_t>& next_offsets);

  void add(event::Record record);
  /// The ends every input had at instant `at` (asked for when the clock showed `at`).
  void ends_at(Instant at, const Ends& ends);
  /// A stopped input no longer holds the others back.
  void stop(const event::Input& input);

  /// Everything is known up to here; kNever if there is no input.
  Instant known() const;
  /// Up to `limit` records with instants ≤ known(), in order; their instants never decrease and are never
  /// later than `clock`. Taken out of the merger.
  std::vector<event::Record> take(size_t limit, Instant clock);
  /// True if take() would give something more at once.
  bool ready() const;
  /// True if records wait that an ends() answer could release.
  bool waiting() const;

  size_t buffered(const event::Input& input) const;
  size_t buffered() const;
  /// Next offset to process per input, after what take() gave.
  std::map<event::Input, int64_t> taken() const;

 private:
  struct Stream {
    std::deque<event::Record> records;
    Instant read_to{};        // instant of the last record read
    Instant ends_known{};     // read to the end it had at this instant
    int64_t next_offset = 0;  // next to be read
    int64_t taken = 0;        // next to be taken
    bool stopped = false;
    std::vector<std::pair<Instant, int64_t>> awaited;  // ends not yet reached
  };
  std::map<event::Input, Stream> streams_;
  Instant released_{};
};

}  // namespace duban::intake
