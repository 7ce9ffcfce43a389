#include "app/notify.hpp"

#include <systemd/sd-daemon.h>

#include <cstdint>

namespace duban::app::notify {

void ready() { sd_notify(0, "READY=1"); }
void status(const std::string& text) { sd_notify(0, ("STATUS=" + text).c_str()); }
void reloading() { sd_notify(0, "RELOADING=1"); }
void stopping() { sd_notify(0, "STOPPING=1"); }
void alive() { sd_notify(0, "WATCHDOG=1"); }

std::optional<Duration> watchdog_interval() {
  uint64_t microseconds = 0;
  if (sd_watchdog_enabled(0, &microseconds) <= 0) return std::nullopt;
  // A third of what systemd allows: two pulses may be late before it acts.
  return std::chrono::duration_cast<Duration>(std::chrono::microseconds(microseconds / 3));
}

}  // namespace duban::app::notify
