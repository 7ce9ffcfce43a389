// The last line of messages to people: where they see what they are told of, and confirm it.
#pragma once

#include "app/settings.hpp"
#include "core/clock.hpp"
#include "delivery/words.hpp"

namespace duban::app {

/// With http.public_url a signed link to the message's alerts, for its recipient if it is one alone; else the
/// board; null without both. `clock` outlives it.
delivery::Link message_link(const Settings& settings, const Clock& clock);

}  // namespace duban::app
