#include "delivery/webhook.hpp"

#include <fmt/format.h>

#include <utility>

#include "core/digest.hpp"
#include "delivery/alertmanager_alert.hpp"
#include "delivery/answer_text.hpp"
#include "delivery/cloud_event.hpp"
#include "delivery/http_channel.hpp"
#include "delivery/http_outcome.hpp"

namespace duban::delivery {
namespace {

/// Measured: 64 in flight give the highest rate, more give only longer waits (measured.md 3).
constexpr size_t kConcurrency = 64;

struct Secrets {
  std::string signing;
  std::string token;
};

class Webhook final : public HttpChannel {
 public:
  Webhook(const ChannelSettings& settings, const ChannelContext& context, Secrets secrets)
      : HttpChannel(settings, context, kConcurrency),
        source_(settings.source),
        payload_(settings.payload == "alertmanager" ? Payload::alertmanager : Payload::cloudevents),
        secrets_(std::move(secrets)) {}

 private:
  enum class Payload { cloudevents, alertmanager };

  void deliver(Message message, Done done) override {
    HttpRequest out;
    const std::string key = message.key;
    const char* type = "application/cloudevents+json";
    if (payload_ == Payload::alertmanager) {
      type = "application/json";
      out.body = alertmanager_webhook(message, name());
    } else {
      const std::optional<CloudEvent> event = cloud_event(std::move(message), source_);
      if (!event) return done(unreadable_body());
      out.body = structured(*event);
    }
    out.headers = headers_of(type, key, out.body);
    request(std::move(out),
            [done = std::move(done)](const HttpAnswer& answer) { done(http_outcome(answer)); });
  }

  std::vector<std::string> headers_of(const char* type, const std::string& key, std::string_view body) const {
    std::vector<std::string> headers{fmt::format("Content-Type: {}; charset=utf-8", type),
                                     "User-Agent: duban", "Idempotency-Key: " + printable(key)};
    if (!secrets_.signing.empty()) {
      headers.push_back("X-Duban-Signature: " + signature(secrets_.signing, clock().now(), body));
    }
    if (!secrets_.token.empty()) headers.push_back("Authorization: Bearer " + secrets_.token);
    return headers;
  }

  std::string source_;
  Payload payload_;
  Secrets secrets_;
};

}  // namespace

std::string signature(std::string_view secret, Instant at, std::string_view body) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count();
  const std::string text = fmt::format("{}.{}", seconds, body);
  return fmt::format("t={},v1={}", seconds, to_hex(hmac_sha256(secret, text)));
}

MadeChannel make_webhook(const ChannelSettings& settings, const ChannelContext& context) {
  std::string error = http_settings_error(settings);
  Secrets secrets;
  if (error.empty()) error = read_secret_into(settings.secret_file, secrets.signing);
  if (error.empty()) error = read_secret_into(settings.token_file, secrets.token);
  if (!error.empty()) return {nullptr, std::move(error)};
  return {std::make_unique<Webhook>(settings, context, std::move(secrets)), {}};
}

}  // namespace duban::delivery
