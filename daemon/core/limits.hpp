// Every bound of the program, with its reason and what happens at it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace duban::limits {

/// Records in one transaction. Measured: 100 → 5,000 doubles the rate, beyond it little is gained.
inline constexpr size_t kBatchRecords = 5'000;
/// Answers to "where do you end?" kept per input until it has been read so far; of more the middle is
/// dropped.
inline constexpr size_t kAwaitedEnds = 32;
/// Records of one input that wait to be merged; then its partition is paused, and resumed below the second
/// bound. Four batches: enough to keep the engine busy, little enough to stay in tens of megabytes.
inline constexpr size_t kPauseRecords = 20'000;
inline constexpr size_t kResumeRecords = 10'000;
/// How long a broker may take from giving a record its timestamp to letting it be read (appending,
/// replicating): events and deadlines wait so long for one another. A record that takes longer counts as
/// late.
inline constexpr std::chrono::milliseconds kAppendTime{200};
/// Longest wait for a batch to fill; bounds the latency of a lone event.
inline constexpr std::chrono::milliseconds kBatchWait{50};
/// A record larger than this is dead-lettered without being parsed. Kafka's own default maximum is 1 MB.
inline constexpr size_t kRecordBytes = 1 << 20;
/// Nesting of an event's JSON; deeper ones are dead-lettered.
inline constexpr size_t kEventDepth = 32;
/// An event's id, source and subject: keys of indexes and parts of messages; longer ones are dead-lettered.
inline constexpr size_t kAttributeBytes = 1'024;
/// Events parked on one entity for a missing predecessor; the next one is dead-lettered.
inline constexpr size_t kParkedPerEntity = 16;
/// Event ids an entity remembers to recognise duplicates. A hazard's whole life has about ten events; a
/// producer repeats its last ones. An older repetition is judged by the entity's state, like any other event.
inline constexpr size_t kRecentEvents = 16;
/// Facts without an entity are remembered so long to recognise duplicates.
inline constexpr std::chrono::days kFactMemory{30};
/// Entities that a fan-out touches between two batches; bounds how long events wait for it.
inline constexpr size_t kJobSlice = 500;
/// Agenda entries fired in one transaction; a burst of a million is cut into these.
inline constexpr size_t kTicksPerBatch = 5'000;
/// WAL pages after which the checkpointer starts; at twice this the writer waits for it (measured.md 5.4).
inline constexpr int kWalPages = 25'000;
/// Page cache of one shard's database, in KiB. Memory stays flat however many items are open.
inline constexpr int kPageCacheKib = 32 * 1024;
/// Recipients remembered per item for `told`; more than these are not told of an ending.
inline constexpr size_t kToldPerItem = 64;
/// Deliveries of one outbox that are sent and not yet settled; sending from it waits at this. Bounds what is
/// said twice after a crash.
inline constexpr size_t kUnsettledDeliveries = 4'096;
/// Deliveries of a channel read ahead from one outbox, as a multiple of its concurrency; bounds memory.
inline constexpr size_t kReadAhead = 16;
/// Alerts that one message to people carries; what is left goes out in the next. Bounds a message's size, and
/// with the room of its channel the memory of what was read ahead.
inline constexpr size_t kCarried = 100;
/// Alerts that such a message names one by one; of the rest it says how many, and where they are listed.
inline constexpr size_t kNamedInMessage = 20;
/// Deliveries to people that go on to their next channel, or are deferred, in one transaction.
inline constexpr size_t kNoticeSlice = 500;
/// How long what an alert inhibits waits until it is asked again whether that is still current.
inline constexpr std::chrono::minutes kInhibited{5};
/// Receipts that a start looks back on at most, about a second's work, so that it keeps the limits of
/// services over the restart: a limit of a day whose messages lie behind more receipts than these begins
/// anew.
inline constexpr size_t kRememberedSends = 500'000;
/// Failures of a channel in a row, over all its deliveries, after which only a probe goes out.
inline constexpr int kFailuresToStop = 5;
/// Longest pause that a receiver may ask for (Retry-After); a longer wish is cut to this.
inline constexpr std::chrono::hours kLongestPause{1};
/// Bytes of a receiver's answer that are read; an answer that is longer is cut off and the rest not waited
/// for.
inline constexpr size_t kAnswerBytes = 64 * 1024;
/// Bytes of a receiver's answer kept in a receipt.
inline constexpr size_t kAnswerKept = 500;
/// Unfinished deliveries in several pieces of one channel whose sent pieces are remembered; of one more all
/// pieces go out again.
inline constexpr size_t kPiecewiseDeliveries = 1'024;
/// Size of a file that users write (rules, catalog, settings, tests); larger ones are refused.
inline constexpr size_t kConfigFileBytes = 8 << 20;
/// What such a file may come to with its YAML aliases written out; keeps an alias bomb small.
inline constexpr size_t kConfigExpandedBytes = 32 << 20;
/// Nesting of such a file, aliases followed; every walk over it is a recursion.
inline constexpr size_t kConfigDepth = 64;

/// Source of one CEL expression. The longest of a register is some hundred bytes; a larger one is a mistake
/// (E112).
inline constexpr size_t kCelSourceBytes = 64 << 10;
/// Height of a CEL expression's tree; bounds the recursion of parser, checker and evaluator (E112).
inline constexpr int kCelDepth = 250;
/// Steps of one evaluation, some 20 ms: one per part of a loop's body at each pass, per element built or
/// compared and per 16 bytes of text. Beyond: an error value.
inline constexpr uint64_t kCelSteps = 1'000'000;
/// Nesting of lists and maps that an expression builds; bounds the recursion of comparing and printing them.
inline constexpr int kCelValueDepth = 100;

}  // namespace duban::limits
