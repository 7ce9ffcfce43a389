#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/base64.hpp"
#include "core/html.hpp"
#include "delivery/answer_text.hpp"
#include "delivery/http_outcome.hpp"
#include "delivery/md5.hpp"
#include "delivery/reading.hpp"
#include "delivery/sms_channel.hpp"

namespace duban::delivery {
namespace {

std::string as_it_is(std::string_view text) { return std::string(text); }

/// Within a JSON string, without its quotes.
std::string json_escaped(std::string_view text) {
  const std::string quoted = nlohmann::json(text).dump();
  return quoted.substr(1, quoted.size() - 2);
}

class Gateway final : public SmsChannel {
 public:
  Gateway(const ChannelSettings& settings, const ChannelContext& context, std::string secret)
      : SmsChannel(settings, context, std::move(secret)), settings_(settings) {}

 private:
  HttpRequest request_for(const SmsFields& given) override {
    SmsFields fields = given;
    fields["text"] = shortened(fields["text"], settings_.text_length);
    fields["title"] = shortened(fields["title"], settings_.text_length);
    if (!settings_.digest_of.empty()) {
      fields["digest"] = md5_hex(filled(settings_.digest_of, fields, &as_it_is));
    }
    HttpRequest out;
    out.url = filled(settings_.url, fields, &percent_encoded);
    out.headers.push_back(fmt::format("Content-Type: {}; charset=utf-8", settings_.content_type));
    for (const auto& [name, form] : settings_.headers) {
      out.headers.push_back(name + ": " +
                            filled(form, fields, [](std::string_view text) { return printable(text); }));
    }
    out.body = filled(settings_.body, fields, escape_);
    if (settings_.body_base64) out.body = base64::encode(out.body);
    return out;
  }

  Outcome judge(const HttpAnswer& answer) const override {
    if (!answer.error.empty() || answer.status < 200 || answer.status >= 300) return http_outcome(answer);
    const std::string said = answer_text(answer.body);
    if (settings_.answer_field.empty()) {
      const bool good =
          std::any_of(settings_.answer_ok.begin(), settings_.answer_ok.end(),
                      [&](const auto& ok) { return answer.body.find(ok) != std::string::npos; });
      return good ? Outcome::delivered(said) : Outcome::retry("no answer_ok in: " + said);
    }
    const Reply reply = read_reply(answer.body, {{settings_.answer_field}, {}});
    if (!reply.readable) return Outcome::stop(fmt::format("no {} in: {}", settings_.answer_field, said));
    const auto is_in = [&reply](const std::vector<std::string>& values) {
      return std::find(values.begin(), values.end(), reply.code) != values.end();
    };
    if (is_in(settings_.answer_ok)) return Outcome::delivered(said);
    if (is_in(settings_.answer_rejected)) return Outcome::rejected(said);
    return Outcome::retry(said);
  }

  ChannelSettings settings_;
  std::string (*escape_)(std::string_view) = settings_.content_type.find("json") != std::string::npos
                                                 ? &json_escaped
                                             : settings_.content_type.find("xml") != std::string::npos
                                                 ? &html_escaped
                                                 : &percent_encoded;
};

}  // namespace

MadeChannel make_sms_gateway(const ChannelSettings& settings, const ChannelContext& context) {
  std::string error = http_settings_error(settings);
  std::string secret;
  if (error.empty()) error = read_secret_into(settings.secret_file, secret);
  if (error.empty() && settings.answer_ok.empty()) {
    error = "answer_ok: expected what the gateway answers when it has taken a message";
  }
  if (!error.empty()) return {nullptr, std::move(error)};
  return {std::make_unique<Gateway>(settings, context, std::move(secret)), {}};
}

}  // namespace duban::delivery
