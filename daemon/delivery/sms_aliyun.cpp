#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "core/digest.hpp"
#include "core/hash.hpp"
#include "delivery/http_outcome.hpp"
#include "delivery/sms_channel.hpp"

namespace duban::delivery {
namespace {

using Kind = Verdict::Kind;
using namespace std::chrono_literals;

const ReplyForm kForm{{"/Code"}, {"/Message"}};
const std::vector<CodeRow> kCodes{
    {"OK", {Kind::delivered}},
    {"Throttling*", {Kind::stop, "more calls than the service allows", 10s}},
    {"ServiceUnavailable", {Kind::retry}},
    {"InternalError", {Kind::retry}},
    {"isp.SYSTEM_ERROR", {Kind::retry}},
    {"isp.GATEWAY_ERROR", {Kind::retry}},
    {"isv.DAY_LIMIT_CONTROL", {Kind::stop, "the daily limit set in the console is reached", 1h}},
    {"isv.MONTH_LIMIT_CONTROL", {Kind::stop, "the monthly limit set in the console is reached", 1h}},
    {"isv.OUT_OF_SERVICE", {Kind::stop, "the account's balance is used up"}},
    {"isv.AMOUNT_NOT_ENOUGH", {Kind::stop, "the account's balance is used up"}},
    {"isv.ACCOUNT_*", {Kind::stop, "check the account"}},
    {"isv.PRODUCT_UN*", {Kind::stop, "the account has not subscribed to the service"}},
    {"isp.RAM_PERMISSION_DENY", {Kind::stop, "allow the key AliyunDysmsFullAccess"}},
    {"isv.DENY_IP_RANGE", {Kind::stop, "the service does not allow this machine's address"}},
    {"isv.SMS_SIGN*", {Kind::stop, "check sign_name and whether it is approved"}},
    {"isv.SIGN_*", {Kind::stop, "check sign_name and whether it is approved"}},
    {"isv.SMS_TEMPLATE_ILLEGAL", {Kind::stop, "check template and whether it is approved"}},
    {"isv.TEMPLATE_*", {Kind::stop, "check template and its parameters"}},
    {"InvalidAccessKeyId*", {Kind::stop, "check key_id"}},
    {"SignatureDoesNotMatch", {Kind::stop, "check key_id and secret_file"}},
    {"IncompleteSignature", {Kind::stop, "check key_id and secret_file"}},
    {"InvalidTimeStamp*", {Kind::stop, "check this machine's clock"}},
    {"SignatureNonceUsed", {Kind::retry}},
    {"isv.*", {Kind::rejected}},  // the number, the words, how often this person was written to
};

class Aliyun final : public SmsChannel {
 public:
  Aliyun(const ChannelSettings& settings, const ChannelContext& context, std::string secret)
      : SmsChannel(settings, context, std::move(secret)), settings_(settings) {}

 private:
  HttpRequest request_for(const SmsFields& fields) override {
    nlohmann::ordered_json parameters = nlohmann::ordered_json::object();
    for (auto& [name, value] : parameters_of(settings_, fields)) parameters[name] = value;
    // Sorted, as the signature wants it.
    const std::string query =
        fmt::format("OutId={}&PhoneNumbers={}&SignName={}&TemplateCode={}&TemplateParam={}",
                    percent_encoded(fields.at("key")), percent_encoded(fields.at("mobile")),
                    percent_encoded(settings_.sign_name), percent_encoded(settings_.template_id),
                    percent_encoded(parameters.dump()));
    const Instant now = clock().now();
    const std::string nonce = hash128(fmt::format("{}/{}/{}", ms_of(now), ++sent_, secret())).hex();
    const std::map<std::string, std::string> headers{
        {"host", host_of(settings_.url)},
        {"x-acs-action", "SendSms"},
        {"x-acs-content-sha256", to_hex(sha256(""))},
        {"x-acs-date", format_utc(std::chrono::floor<std::chrono::seconds>(now))},
        {"x-acs-signature-nonce", nonce},
        {"x-acs-version", "2017-05-25"}};
    HttpRequest out;
    out.url = fmt::format("{}/?{}", settings_.url, query);
    for (const auto& [name, value] : headers) out.headers.push_back(name + ": " + value);
    out.headers.push_back("Authorization: " + acs3_authorization(settings_.key_id, secret(), query, headers));
    out.headers.emplace_back("Accept: application/json");
    return out;
  }

  /// Errors of the signature come with 400 and the same body as the others.
  Outcome judge(const HttpAnswer& answer) const override {
    const Reply reply = read_reply(answer.body, kForm);
    if (answer.error.empty() && answer.status < 500 && reply.readable) {
      return outcome_of(verdict_of(kCodes, reply.code), reply.code, reply.text);
    }
    return reply_outcome(answer, kForm, kCodes);
  }

  ChannelSettings settings_;
  uint64_t sent_ = 0;
};

}  // namespace

MadeChannel make_sms_aliyun(const ChannelSettings& settings, const ChannelContext& context) {
  ChannelSettings with_url = settings;
  if (with_url.url.empty()) with_url.url = "https://dysmsapi.aliyuncs.com";
  std::string secret;
  std::string error = cloud_settings_error(with_url, secret);
  if (!error.empty()) return {nullptr, std::move(error)};
  return {std::make_unique<Aliyun>(with_url, context, std::move(secret)), {}};
}

}  // namespace duban::delivery
