// Bounds of the HTTP listener, each with its reason. What is over a first bound is answered with an error;
// what is over a second one, or is no HTTP at all, gets its connection closed, so that nobody can make the
// daemon hold much or wait long.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace duban::api::limits {

/// Connections at once; more wait in the system's queue until one ends.
inline constexpr size_t kConnections = 256;
/// A request must have come in whole within this from the start of the connection or the end of the one
/// before it: a client that drips its headers holds a connection so long and no longer.
inline constexpr std::chrono::seconds kRequestTime{10};
/// The answer must have been taken within this.
inline constexpr std::chrono::seconds kResponseTime{30};
/// An answer must be ready within this; what reads the ledger gives up sooner.
inline constexpr std::chrono::seconds kHandlingTime{30};

inline constexpr size_t kTargetBytes = 8 * 1024;   // path and query; else 414
inline constexpr size_t kHeaderBytes = 16 * 1024;  // all fields; else 431
inline constexpr size_t kBodyBytes = 64 * 1024;    // else 413
inline constexpr size_t kTargetBytesRead = 32 * 1024;
inline constexpr size_t kFieldNameBytes = 256;
inline constexpr size_t kFieldBytesRead = 16 * 1024;
inline constexpr size_t kFields = 64;
inline constexpr size_t kBodyBytesRead = 256 * 1024;

/// Entries of one page, and what is looked at for it at most: a filter that hardly ever matches gives short
/// pages with a `next`, never a long reading transaction.
inline constexpr size_t kPageEntries = 100;
inline constexpr size_t kMostPageEntries = 1'000;
inline constexpr size_t kRowsLookedAt = 10'000;
inline constexpr size_t kFilterBytes = 4 * 1024;
/// Steps of the expression language for one page, some 0.4 s; then the page ends with a `next`.
inline constexpr uint64_t kFilterSteps = 20'000'000;
/// Questions to the ledgers that wait for the reading thread; more are answered with 503.
inline constexpr size_t kWaitingReads = 64;
/// Longer than any stop of production; what is never to be said is a matter of the rules.
inline constexpr std::chrono::hours kLongestSilence{366 * 24};
inline constexpr size_t kReasonBytes = 500;
inline constexpr size_t kPersonBytes = 200;
/// Page cache of each reading connection.
inline constexpr int kReaderCacheKib = 2 * 1024;

}  // namespace duban::api::limits
