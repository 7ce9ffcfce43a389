// A client that sends nothing: what a fuzzer made up is its answer, so that channels judge it as any other.
#pragma once

#include <vector>

#include "delivery/http_client.hpp"

namespace duban::fuzz {

/// From the last to the first, which is repeated. Never empty while something is sent.
std::vector<delivery::HttpAnswer>& coming_answers();

}  // namespace duban::fuzz
