// The channel for other programs on the machine: one JSON line per alert, appended to a file.
//
// "delivered" means on the disk: what comes together is written together and synced once (fdatasync). A file
// that was moved away or removed (logrotate) is created anew. A write that fails, a full disk most of all, is
// taken back as a whole and repeated later; a line torn by a power failure is ended, and its alert, which has
// no receipt, comes again.
#pragma once

#include <memory>
#include <string>

#include "delivery/channel_settings.hpp"

namespace duban::delivery {

std::unique_ptr<Channel> make_file(const ChannelSettings& settings, const ChannelContext& context);

}  // namespace duban::delivery
