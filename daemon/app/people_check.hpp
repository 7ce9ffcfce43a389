// Whether the channels by which routes tell people can reach them.
#pragma once

#include "app/settings.hpp"
#include "core/diagnostic.hpp"

namespace duban::app {

/// Warns of every `notify` of the routes that names a channel which reaches no person, and of those by which
/// posts of the directory cannot be reached, for want of an address.
void check_people(const Settings& settings, Diagnostics& out);

}  // namespace duban::app
