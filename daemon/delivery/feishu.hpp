// The robot of a Feishu 飞书 group.
//
// POST {url}/<token>, `post` with lines of `text` elements, which the service shows as they are. With a
// secret the body has `timestamp` (seconds) and `sign` = base64(HMAC-SHA256("<timestamp>\n<secret>", "")).
// People cannot be called by mobile number, so they are named. 100 messages a minute, 5 a second, 20 KB each;
// 11232 at full and half hours, when the service itself is busy.
//
// Source: 飞书开放平台, 自定义机器人使用指南 (open.feishu.cn/document/client-docs/bot-v3/add-custom-bot):
// limits, signature, 9499, 19021, 19022, 19024, 11232; 频控策略 for 99991400 and x-ogw-ratelimit-reset.
#pragma once

#include "delivery/channel_settings.hpp"

namespace duban::delivery {

MadeChannel make_feishu(const ChannelSettings& settings, const ChannelContext& context);

}  // namespace duban::delivery
