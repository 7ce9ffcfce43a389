// Replays recorded events on the real engine with a virtual clock; sends nothing.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "app/console.hpp"
#include "app/jsonl_records.hpp"
#include "app/scene.hpp"

namespace duban::app {

struct ReplayOptions {
  Instant from{};       // alerts before are not told; the events before are applied all the same
  Instant to = kNever;  // records after are not read; kNever: up to the last record
  std::string rule;     // only alerts of this rule; empty: all
  std::string subject;  // only alerts about this subject, "hazard/H1"; empty: all
  std::string ledger = ":memory:";
};

struct Refused {
  Instant at{};
  int64_t line = 0;  // in the file of events; 0: a unit of the directory
  std::string code;
  std::string reason;
};

struct Replayed {
  size_t events = 0;
  size_t units = 0;                      // of the settings' directory
  Instant first{};                       // of the events
  Instant end{};                         // where the clock stopped
  std::map<std::string, size_t> levels;  // alerts told, by level
  size_t alerts = 0;
  std::map<std::string, size_t> refusals;  // by code
  std::vector<Refused> first_refusals;     // a few of each code
};

/// `tell` gets the alerts in order of (instant, rule, subject, stage), in portions. The `directory` is
/// applied at the instant of the first record.
Replayed replay(std::shared_ptr<const rule::Configuration> configuration,
                std::vector<event::Record> directory, RecordFile& file, const ReplayOptions& options,
                Console& console, const std::function<void(std::vector<Said>)>& tell);

/// Two lines or a few: events, refusals with their reasons, alerts by level.
std::string summary_of(const Replayed& replayed, const std::string& file, const Zone& zone);

}  // namespace duban::app
