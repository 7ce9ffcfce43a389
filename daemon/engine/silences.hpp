// Silences: what people are not told for a while, by whose word and why.
//
// A silence holds back messages to people (routes with `notify`) about alerts that its condition fits; the
// alerts themselves are raised, stored and handed to channels that take alerts as they are, as ever. When it
// ends, by its time or by a person, what it held back and is still current goes out at once, merged; what is
// not (its item has ended, somebody has acknowledged it) is recorded as withheld. `duban explain` shows both.
// It also holds back critical alerts: say so in the condition if it should not
// ("alert.severity != 'critical' && …").
//
// Engine::add_silence and end_silence are called on the shard's thread, for every shard with the same
// arguments; the id is a hash of the content and so the same in all of them. Each change is one transaction,
// one entry of the journal and one row of the audit log.
#pragma once

#include <string>

#include "ledger/rows.hpp"

namespace duban::engine {

struct SilenceRequest {
  std::string author;
  std::string reason;
  std::string when;  // CEL over `alert`: "alert.unit == 'E-1' && alert.level == 'remind'"
  Instant from{};    // before `at`: from `at` on
  Instant until{};
  std::string origin{};  // through what and from where it was asked for; kept in the audit log
};

struct SilenceAnswer {
  std::string id;     // empty: refused
  std::string error;  // in four parts, for the person who asked; empty if accepted
};

struct SilenceEnding {
  std::string id;
  std::string by;
  std::string origin{};
};
enum class SilenceEnded { now, over, unknown };

}  // namespace duban::engine
