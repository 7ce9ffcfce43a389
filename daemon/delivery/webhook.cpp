#include "delivery/webhook.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>
#include <utility>

#include "delivery/cloud_event.hpp"
#include "delivery/http_client.hpp"
#include "delivery/http_outcome.hpp"
#include "delivery/secret.hpp"

namespace duban::delivery {
namespace {

/// Measured: 64 in flight give the highest rate, more give only longer waits (measured.md 3).
constexpr size_t kConcurrency = 64;

struct Secrets {
  std::string signing;
  std::string token;
};

size_t concurrency_of(const ChannelSettings& settings) {
  return settings.concurrency > 0 ? settings.concurrency : kConcurrency;
}

HttpOptions http_options(const ChannelSettings& settings) {
  HttpOptions options;
  options.url = settings.url;
  options.connect_timeout = settings.connect_timeout;
  options.timeout = settings.timeout;
  options.ca_file = settings.ca_file;
  options.proxy = settings.proxy;
  options.connections = concurrency_of(settings);
  return options;
}

class Webhook final : public Channel {
 public:
  Webhook(const ChannelSettings& settings, const ChannelContext& context, Secrets secrets)
      : name_(settings.name),
        source_(settings.source),
        concurrency_(concurrency_of(settings)),
        secrets_(std::move(secrets)),
        clock_(context.clock),
        client_(context.loop, http_options(settings)),
        closing_(context.loop) {}

  const std::string& name() const override { return name_; }
  size_t concurrency() const override { return concurrency_; }

  void send(Message message, std::function<void(Outcome)> done) override {
    const std::optional<CloudEvent> event = cloud_event(std::move(message), source_);
    if (!event) return done(unreadable_body());
    std::string body = structured(*event);
    std::vector<std::string> headers = headers_of(event->id, body);
    client_.post(std::move(headers), std::move(body),
                 [this, done = std::move(done)](const HttpAnswer& answer) {
                   done(http_outcome(answer));
                   if (client_.under_way() == 0 && closed_) closing_.cancel();
                 });
  }

  void close(Duration limit, std::function<void()> closed) override {
    closed_ = std::move(closed);
    closing_.expires_after(client_.under_way() == 0 ? Duration{0} : limit);
    closing_.async_wait([this, limit, alive = std::weak_ptr<char>(alive_)](asio::error_code) {
      if (alive.expired()) return;
      client_.give_up(fmt::format("given up after {} ms: the daemon closes the channel", limit.count()));
      std::exchange(closed_, nullptr)();
    });
  }

 private:
  std::vector<std::string> headers_of(const std::string& key, std::string_view body) const {
    std::vector<std::string> headers{"Content-Type: application/cloudevents+json; charset=utf-8",
                                     "User-Agent: duban", "Idempotency-Key: " + key};
    if (!secrets_.signing.empty()) {
      headers.push_back("X-Duban-Signature: " + signature(secrets_.signing, clock_.now(), body));
    }
    if (!secrets_.token.empty()) headers.push_back("Authorization: Bearer " + secrets_.token);
    return headers;
  }

  std::string name_;
  std::string source_;
  size_t concurrency_;
  Secrets secrets_;
  const Clock& clock_;
  HttpClient client_;
  asio::steady_timer closing_;
  std::function<void()> closed_;
  std::shared_ptr<char> alive_ = std::make_shared<char>();
};

std::string read_secrets(const ChannelSettings& settings, Secrets& secrets) {
  for (const auto& [path, value] : {std::pair{&settings.secret_file, &secrets.signing},
                                    std::pair{&settings.token_file, &secrets.token}}) {
    if (path->empty()) continue;
    Secret secret = read_secret(*path);
    if (!secret.error.empty()) return secret.error;
    *value = std::move(secret.value);
  }
  return {};
}

std::string what_is_wrong(const ChannelSettings& settings) {
  if (!settings.url.starts_with("http://") && !settings.url.starts_with("https://")) {
    return "url: expected http://… or https://…";
  }
  if (settings.connect_timeout <= Duration{0} || settings.timeout <= Duration{0}) {
    return "timeout and connect_timeout: expected more than zero";
  }
  return {};
}

}  // namespace

std::string signature(std::string_view secret, Instant at, std::string_view body) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count();
  const std::string text = fmt::format("{}.{}", seconds, body);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data(), &size);
  std::string out = fmt::format("t={},v1=", seconds);
  for (unsigned int i = 0; i < size; ++i) out += fmt::format("{:02x}", digest[i]);
  return out;
}

MadeChannel make_webhook(const ChannelSettings& settings, const ChannelContext& context) {
  std::string error = what_is_wrong(settings);
  Secrets secrets;
  if (error.empty()) error = read_secrets(settings, secrets);
  if (!error.empty()) return {nullptr, std::move(error)};
  return {std::make_unique<Webhook>(settings, context, std::move(secrets)), {}};
}

}  // namespace duban::delivery
