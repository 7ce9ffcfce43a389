// An Alertmanager of the house: POST {url}/api/v2/alerts.
//
// It forgets an alert that does not end and is not repeated, and it keeps alerts in memory only: each is sent
// with an end, `resolve_after` (24 h) from now. Delivered means that it answered 200.
#pragma once

#include "delivery/channel_settings.hpp"

namespace duban::delivery {

MadeChannel make_alertmanager(const ChannelSettings& settings, const ChannelContext& context);

}  // namespace duban::delivery
