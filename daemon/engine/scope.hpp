// The values an expression of a rule sees. The engine fills them to decide, `explain` to tell why.
#pragma once

#include <array>

#include "ledger/rows.hpp"
#include "rule/rule.hpp"

namespace duban::engine {

/// `values` points into `item` and `stage`: not to be copied or moved once these are filled.
struct Scope {
  std::array<cel::Value, rule::kSlots> values{};
  std::array<cel::Value, rule::kItemFields> item{};
  std::array<cel::Value, rule::kStageFields> stage{};
};

/// `item` as it is at `now`. Texts are views into the item.
void fill_item(Scope& scope, const rule::Rule& rule, const ledger::Item& item, Instant now, const Zone& zone);
void fill_stage(Scope& scope, const rule::Stage& stage);

}  // namespace duban::engine
