// Silences: what people are not told for a while, by whose word and why.
//
// A silence holds back messages to people (routes with `notify`) about alerts that its condition fits; the
// alerts themselves are raised, stored and handed to channels that take alerts as they are, as ever. When it
// ends, by its time or by a person, what it held back and is still current goes out at once, merged; what is
// not (its item has ended, somebody has acknowledged it) is recorded as withheld. `duban explain` shows both.
// It also holds back critical alerts: say so in the condition if it should not
// ("alert.severity != 'critical' && …").
//
// For the API and the command line: Engine::add_silence, end_silence and silences, on the shard's thread, for
// every shard with the same arguments; the id is a hash of the content and so the same in all of them. Each
// change is one transaction and one entry of the journal.
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
};

struct SilenceAnswer {
  std::string id;     // empty: refused
  std::string error;  // in four parts, for the person who asked; empty if accepted
};

}  // namespace duban::engine
