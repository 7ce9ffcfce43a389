// Merges the records of several inputs by instant, and knows up to which instant all of them are complete.
//
// A record or a tick at T may be processed once every input is known up to T: an input is known up to just
// before its last record read (the next one may bear the same instant), or, if it has been read to the end it
// had at T, up to T less the time a record may be on its way to the readers (architecture.md, Time). Ties: by
// topic, partition, offset. So the order of records does not depend on when and in which portions they were
// read.
//
// Instants are put right where they cannot be true: a record never precedes the one before it in its input;
// one that bears a much later instant than a moment at which it was already there takes that of the one
// before it. Late records (older than what was already released) get the last released instant: the instant
// of a shard never goes back. Not thread-safe; on the event loop.
#pragma once

#include <deque>
#include <map>
#include <utility>
#include <vector>

#include "event/record.hpp"
#include "intake/source.hpp"

namespace duban::intake {

/// So far a record's timestamp may lie behind a moment at which it was already there: the question takes
/// time, and clocks differ. Beyond it the timestamp is wrong.
inline constexpr Duration kClockTolerance{std::chrono::minutes(1)};

class Merger {
 public:
  /// `reached`: the instant up to which every shard's ledger has already got; older records are late.
  /// `on_its_way`: how long a record may bear its timestamp before it counts in the end of its input.
  explicit Merger(std::vector<event::Input> inputs, const std::map<event::Input, int64_t>& next_offsets,
                  Instant reached = Instant{}, Duration on_its_way = Duration{0});

  /// In offset order per input. An input not named before is taken up.
  void add(event::Record record);
  /// The ends every input had at instant `at` (asked for when the clock showed `at`).
  void ends_at(Instant at, const Ends& ends);
  /// A stopped input no longer holds the others back; what was read of it can still be taken.
  void stop(const event::Input& input);

  /// Everything is known up to here; kNever if there is no input.
  Instant known() const;
  /// Up to `limit` records with instants ≤ known(), in order; their instants never decrease and are never
  /// later than `clock`. Taken out of the merger.
  std::vector<event::Record> take(size_t limit, Instant clock);
  /// Ticks up to here may fire once everything that take() gave is applied: never ahead of `clock` or
  /// known(), and before the next record that take() would give. Never goes back.
  Instant frontier(Instant clock) const;
  /// True if take() would give something more at once.
  bool ready() const;
  /// True if records wait that an ends() answer could release.
  bool waiting() const;

  size_t buffered(const event::Input& input) const;
  size_t buffered() const;
  /// Next offset to process per input, after what take() gave.
  std::map<event::Input, int64_t> taken() const;

 private:
  struct Buffered {
    event::Record record;  // its instant already put right
    Instant stated{};      // the instant it came with
    Instant cap = kNever;  // it was there before this moment
  };
  struct Stream {
    std::deque<Buffered> records;
    Instant read_to{};        // instant of the last record read
    Instant taken_to{};       // instant of the last record taken, as put right here
    Instant ends_known{};     // known up to here, as its ends have shown
    int64_t next_offset = 0;  // next to be read
    int64_t taken = 0;        // next to be taken
    bool stopped = false;
    std::deque<std::pair<Instant, int64_t>> awaited;  // ends not yet reached, both parts ascending
  };

  Stream& stream(const event::Input& input);
  void await(Stream& stream, Instant at, int64_t end);
  void put_right(Stream& stream, Instant cap, int64_t end);
  static Instant known(const Stream& stream);

  std::map<event::Input, Stream> streams_;
  Duration on_its_way_;
  Instant released_{};  // of the last record given
  Instant ticked_{};    // the last frontier() after a take()
};

}  // namespace duban::intake
