// The value of a measure, from what the ledger counts.
#pragma once

#include <functional>
#include <string_view>

#include "ledger/ledger.hpp"
#include "rule/configuration.hpp"

namespace duban::engine {

/// The days that are asked for: a span's own, else the last ones if the measure looks only so far back.
struct Days {
  Date first;
  Date last;
  bool contain(Date day) const { return first <= day && day <= last; }
};
/// `span`: a calendar span's record; null: as of `today`.
Days days_of(const rule::Measure& measure, const cel::Value* span, Date today);

/// What is asked for, of one configuration.
struct Asked {
  const rule::Configuration& configuration;
  int measure = 0;  // index
  std::string_view place;
  const cel::Value* span = nullptr;
  Date today;
};
/// Gives what the ledger does not count: lists, and counts of items.
using Collect = std::function<cel::Value(const rule::Measure&)>;
cel::Value measured(ledger::Ledger& ledger, const Asked& asked, cel::Context& context,
                    const Collect& collect);

}  // namespace duban::engine
