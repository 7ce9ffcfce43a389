// What systemd is told: readiness, status, the watchdog's pulse. Without systemd it does nothing.
#pragma once

#include <optional>
#include <string>

#include "core/time.hpp"

namespace duban::app::notify {

void ready();
void status(const std::string& text);
void reloading();
void stopping();
void alive();
/// How often alive() must be called at least, if the unit has WatchdogSec=.
std::optional<Duration> watchdog_interval();

}  // namespace duban::app::notify
