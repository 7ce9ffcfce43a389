// The channel for eyes: one Chinese line per alert on a file descriptor.
//
//   2023-02-08 09:00 ■黄 督促 【逾期】某茶叶加工厂:…… → E-1/principal、T-1/principal
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/time.hpp"
#include "delivery/channel.hpp"

namespace duban::delivery {

/// The line without its line end. `colour`: with ANSI escapes for the severity. A body that is neither an
/// alert nor a dead letter is shown as it is.
std::string console_line(std::string_view body, const Zone& zone, bool colour);

/// Writes to `descriptor` (not closed), in colour if it is a terminal. If it takes nothing at the moment, a
/// paused terminal or a full pipe, the alert waits: the event loop never does.
std::unique_ptr<Channel> make_console(std::string name, int descriptor, Zone zone);

}  // namespace duban::delivery
