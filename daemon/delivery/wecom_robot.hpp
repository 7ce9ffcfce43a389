// The robot of a WeCom 企业微信 group.
//
// POST {url}?key=…, `text` with `mentioned_mobile_list` (markdown cannot call people by mobile number).
// 20 messages a minute, else 45009; 2,048 bytes of text each, so longer messages come in parts.
//
// Source: 企业微信开发者中心, 群机器人配置说明 (developer.work.weixin.qq.com/document/path/91770): limits,
// fields, the `<@userid>` form in text, which is why `<` is never sent as such; 全局错误码 (path/90313).
#pragma once

#include "delivery/channel_settings.hpp"

namespace duban::delivery {

MadeChannel make_wecom_robot(const ChannelSettings& settings, const ChannelContext& context);

}  // namespace duban::delivery
