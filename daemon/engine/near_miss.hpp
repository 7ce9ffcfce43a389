// Why evidence about the right subject does not count, in words for its readers.
#pragma once

#include <string>
#include <vector>

#include "event/event.hpp"
#include "rule/rule.hpp"

namespace duban::engine {

/// "检查 I-7 不计:leader_led 为 false;kind 中没有 monthly". `failed`: positions in `done_by.terms`.
std::string near_miss(const rule::DoneBy& done_by, const event::Event& event,
                      const std::vector<size_t>& failed);

}  // namespace duban::engine
