#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "delivery/http_outcome.hpp"
#include "delivery/sms_channel.hpp"

namespace duban::delivery {
namespace {

using Kind = Verdict::Kind;
using namespace std::chrono_literals;

/// The request's error, or how the one number fared.
const ReplyForm kForm{{"/Response/Error/Code", "/Response/SendStatusSet/0/Code"},
                      {"/Response/Error/Message", "/Response/SendStatusSet/0/Message"}};
const std::vector<CodeRow> kCodes{
    {"Ok", {Kind::delivered}},
    {"RequestLimitExceeded*", {Kind::stop, "more calls than the service allows", 10s}},
    {"LimitExceeded.AppDailyLimit", {Kind::stop, "the daily limit set in the console is reached", 1h}},
    {"LimitExceeded.*", {Kind::rejected}},  // how often this person was written to
    {"LimitExceeded", {Kind::stop, "a quota is used up", 1min}},
    {"InternalError*", {Kind::retry}},
    {"AuthFailure.SignatureExpire", {Kind::stop, "check this machine's clock"}},
    {"AuthFailure*", {Kind::stop, "check key_id and secret_file"}},
    {"UnauthorizedOperation*", {Kind::stop, "the key may not send, or not from this machine's address"}},
    {"IpNotInWhitelist", {Kind::stop, "the service does not allow this machine's address"}},
    {"IpInBlacklist", {Kind::stop, "the service does not allow this machine's address"}},
    {"FailedOperation.InsufficientBalanceInSmsPackage", {Kind::stop, "the package of messages is used up"}},
    {"FailedOperation.SignatureIncorrectOrUnapproved",
     {Kind::stop, "check sign_name and whether it is approved"}},
    {"FailedOperation.TemplateIncorrectOrUnapproved",
     {Kind::stop, "check template, its parameters and whether it is approved"}},
    {"InvalidParameterValue.SdkAppIdNotExist", {Kind::stop, "check app_id"}},
    {"FailedOperation.*", {Kind::rejected}},
    {"InvalidParameter*", {Kind::rejected}},
    {"MissingParameter", {Kind::rejected}},
    {"UnsupportedOperation*", {Kind::rejected}},
};

class Tencent final : public SmsChannel {
 public:
  Tencent(const ChannelSettings& settings, const ChannelContext& context, std::string secret)
      : SmsChannel(settings, context, std::move(secret)), settings_(settings) {}

 private:
  HttpRequest request_for(const SmsFields& fields) override {
    nlohmann::json values = nlohmann::json::array();
    for (const auto& [name, value] : parameters_of(settings_, fields)) values.push_back(value);
    const nlohmann::json body{{"PhoneNumberSet", {e164(fields.at("mobile"))}},
                              {"SmsSdkAppId", settings_.app_id},
                              {"SignName", settings_.sign_name},
                              {"TemplateId", settings_.template_id},
                              {"TemplateParamSet", values},
                              {"SessionContext", fields.at("key")}};
    HttpRequest out;
    out.body = body.dump();
    const auto seconds = std::chrono::floor<std::chrono::seconds>(clock().now()).time_since_epoch().count();
    const std::string host = host_of(settings_.url);
    out.headers = {
        "Content-Type: application/json; charset=utf-8",
        "Host: " + host,
        "X-TC-Action: SendSms",
        "X-TC-Version: 2021-01-11",
        "X-TC-Region: " + settings_.region,
        fmt::format("X-TC-Timestamp: {}", seconds),
        "Authorization: " + tc3_authorization(settings_.key_id, secret(), host, "sms", seconds, out.body)};
    return out;
  }

  Outcome judge(const HttpAnswer& answer) const override { return reply_outcome(answer, kForm, kCodes); }

  static std::string e164(const std::string& mobile) {
    return mobile.starts_with('+') ? mobile : "+86" + mobile;
  }

  ChannelSettings settings_;
};

}  // namespace

MadeChannel make_sms_tencent(const ChannelSettings& settings, const ChannelContext& context) {
  ChannelSettings with_url = settings;
  if (with_url.url.empty()) with_url.url = "https://sms.tencentcloudapi.com";
  std::string secret;
  std::string error = cloud_settings_error(with_url, secret);
  if (!error.empty()) return {nullptr, std::move(error)};
  return {std::make_unique<Tencent>(with_url, context, std::move(secret)), {}};
}

}  // namespace duban::delivery
