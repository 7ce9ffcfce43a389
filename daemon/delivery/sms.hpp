// Text messages to mobile numbers, through gateways over HTTP.
//
// sms-aliyun: 阿里云短信, SendSms, signature V3 (ACS3-HMAC-SHA256).
// sms-tencent: 腾讯云短信, SendSms, signature v3 (TC3-HMAC-SHA256).
// sms-gateway: any other, a carrier's most of all, by a template of its request and a field of its answer.
//
// Each person is a request of their own: what a service says is then about one person, and nobody is told
// twice because another number was wrong. What goes into a message is one line, without 【】 (which carriers
// read as the sender's signature), shortened with "…" to what the template allows.
//
// Source: help.aliyun.com, V3版本请求体&签名机制 (document_detail/2593177), SendSms
// (api-dysmsapi-2017-05-25), API错误码 (document_detail/101346), 长变量短信 (3041859: 35 characters a
// variable, 500 a message); cloud.tencent.com/document/api/382/55981 (SendSms), 382/52075 and 382/59177
// (codes), Signature v3.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "delivery/channel_settings.hpp"
#include "delivery/http_client.hpp"

namespace duban::delivery {

MadeChannel make_sms_aliyun(const ChannelSettings& settings, const ChannelContext& context);
MadeChannel make_sms_tencent(const ChannelSettings& settings, const ChannelContext& context);
MadeChannel make_sms_gateway(const ChannelSettings& settings, const ChannelContext& context);

/// What a template's `{name}` may stand for: severity, title, text, time, name, mobile, key, secret (and, in
/// a gateway's body, digest).
using SmsFields = std::map<std::string, std::string, std::less<>>;
/// `{name}` replaced by its field as `escape` has it; other braces stay.
std::string filled(std::string_view form, const SmsFields& fields,
                   const std::function<std::string(std::string_view)>& escape);
/// A name in braces that is no field; empty: none.
std::string unknown_field(std::string_view form);

/// Authorization of V3: over method POST, path /, the query, these headers (lower case, sorted) and the hash
/// of the body.
std::string acs3_authorization(const std::string& key_id, const std::string& secret, const std::string& query,
                               const std::map<std::string, std::string>& headers);
/// Authorization of TC3: over method POST, path /, content-type and host, and the body.
std::string tc3_authorization(const std::string& key_id, const std::string& secret, const std::string& host,
                              const std::string& service, int64_t seconds, const std::string& body);

}  // namespace duban::delivery
