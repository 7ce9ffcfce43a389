// The robot of a DingTalk 钉钉 group.
//
// POST {url}?access_token=…&timestamp=<ms>&sign=…, `markdown` with `at.atMobiles`; a mobile number that is to
// be called stands in the text too. sign = base64(HMAC-SHA256(secret, "<timestamp>\n<secret>")).
// 20 messages a minute, else 130101 and ten minutes without any; 20,000 bytes a message.
//
// Source: 钉钉开放平台, 自定义机器人接入 (open.dingtalk.com/document/robots/custom-robot-access) and its page
// on 自定义机器人安全设置; 130101 "send too fast, exceed 20 times per minute" as receivers report it; 310000
// for signature, clock, keyword and address alike.
#pragma once

#include "delivery/channel_settings.hpp"

namespace duban::delivery {

MadeChannel make_dingtalk(const ChannelSettings& settings, const ChannelContext& context);

}  // namespace duban::delivery
