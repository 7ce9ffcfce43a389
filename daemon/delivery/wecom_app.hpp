// Messages of a WeCom 企业微信 app to single people, by their user id.
//
// GET {url}/cgi-bin/gettoken gives a token for two hours; POST {url}/cgi-bin/message/send sends `text` to up
// to 1,000 people. A token that is refused (42001 expired, 40014) is fetched anew once and the message goes
// out in the same attempt. `enable_duplicate_check` makes the service drop a repetition within four hours.
// What exceeds 30 messages a minute or 1,000 an hour to one person the service takes and drops, so such a
// message waits here.
//
// Source: 企业微信开发者中心, 发送应用消息 (developer.work.weixin.qq.com/document/path/90236): fields,
// limits, invaliduser, 81013, the duplicate check; 获取access_token (path/91039); 全局错误码 (path/90313).
#pragma once

#include "delivery/channel_settings.hpp"

namespace duban::delivery {

MadeChannel make_wecom_app(const ChannelSettings& settings, const ChannelContext& context);

}  // namespace duban::delivery
