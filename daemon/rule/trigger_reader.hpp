// Reading a rule's `trigger`. Private to rule/.
#pragma once

#include "rule/reading.hpp"

namespace duban::rule {

/// `{ every: .. }`, `{ holiday: .. }`, `{ season: .. }`, `{ event: .. }`; an absent reader gives no trigger.
Trigger read_trigger(const yaml::Reader& trigger, const View& view, const Loading& loading);
/// The type of the variable `trigger`; null without one.
const cel::RecordType* trigger_type(const Trigger& trigger);

}  // namespace duban::rule
