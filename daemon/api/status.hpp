// How the daemon is doing, as the event loop knows it at one moment; what /readyz, /metrics and /status say.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/time.hpp"
#include "engine/engine.hpp"
#include "event/record.hpp"

namespace duban::api {

/// How long batches took, from the beginning of their first transaction to the end of the last.
struct BatchTimes {
  /// Upper bounds in milliseconds; a last, unnamed one takes the rest.
  static constexpr std::array<int, 11> kBounds{1, 2, 5, 10, 20, 50, 100, 200, 500, 1'000, 5'000};
  std::array<uint64_t, kBounds.size() + 1> counts{};
  uint64_t count = 0;
  Duration sum{};
  void add(Duration took);
};

struct ChannelStatus {
  uint64_t delivered = 0, retried = 0, rejected = 0;  // attempts since the start
  size_t in_flight = 0;
  bool stopped = false;      // only probes go out
  std::string last_failure;  // of a stopped channel
  // How far it is with what waits for it.
  std::array<int64_t, 4> waiting{};  // deliveries, by severity: notice, warning, serious, critical
  uint64_t sent = 0;                 // deliveries since the start; a message may carry many
  double per_minute = 0;             // of them, in the last minutes
  std::optional<Instant> ends{};     // when nothing more waits, if it goes on like that
};

struct InputStatus {
  event::Input input;
  int64_t next_offset = 0;     // next to be applied
  std::optional<int64_t> end;  // as last heard from the source
};

struct Status {
  std::string configuration;  // version that is active
  int shards = 0;
  bool started = false;  // the ledgers are open
  bool stopping = false;
  bool caught_up = false;
  bool reachable = false;
  bool storage_failed = false;
  bool clock_suspicious = false;
  std::vector<std::string> stopped_inputs;  // "topic/partition: reason"
  std::vector<std::string> unknown_channels;
  std::vector<std::string> notes;  // what wants attention while everything runs
  uint64_t events = 0, duplicates = 0, parked = 0, refusals = 0, batches = 0;  // since the start
  std::array<uint64_t, engine::kLevels> alerts{};                              // by level, since the start
  size_t buffered = 0;
  Instant now{};
  Instant settled{};  // everything up to here is known and applied
  std::vector<InputStatus> inputs;
  std::map<std::string, ChannelStatus> channels;
  BatchTimes batch_times;

  /// Why it is not ready, a sentence each; none: it is.
  std::vector<std::string> not_ready() const;
  Duration behind() const { return now > settled ? now - settled : Duration{0}; }
};

/// What the ledgers say, summed over the shards.
struct LedgerStatus {
  int64_t open_items = 0, entities = 0, alerts = 0, held = 0, rejected = 0, dead_letters = 0;
  int64_t silences = 0;                    // that are active, the most in one shard: all have the same
  std::map<std::string, int64_t> pending;  // deliveries waiting in the outbox, by channel
};

/// The body of /api/v1/status.
std::string status_json(const Status& status, const std::optional<LedgerStatus>& ledgers, const Zone& zone);

}  // namespace duban::api
