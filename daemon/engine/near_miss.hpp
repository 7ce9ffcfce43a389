// What is told once with an item's next message: evidence that does not count, a due date that moved.
#pragma once

#include <string>
#include <vector>

#include "event/event.hpp"
#include "rule/rule.hpp"

namespace duban::engine {

/// "检查 I-7 不计:leader_led 为 false;kind 中没有 monthly". `failed`: positions in `done_by.terms`.
std::string near_miss(const rule::DoneBy& done_by, const event::Event& event,
                      const std::vector<size_t>& failed);

/// "2027-01-11因放假安排公布调整为2027-01-12": a date that was computed before its year's arrangement was
/// there.
std::string arrangement_moved(const std::string& from, const std::string& to);

}  // namespace duban::engine
