#include "delivery/http_channel.hpp"

#include <fmt/format.h>

#include <utility>

#include "delivery/secret.hpp"

namespace duban::delivery {
namespace {

HttpOptions http_options(const ChannelSettings& settings, size_t connections) {
  HttpOptions options;
  options.url = settings.url;
  options.connect_timeout = settings.connect_timeout;
  options.timeout = settings.timeout;
  options.ca_file = settings.ca_file;
  options.proxy = settings.proxy;
  options.connections = connections;
  return options;
}

}  // namespace

HttpChannel::HttpChannel(const ChannelSettings& settings, const ChannelContext& context, size_t usual)
    : name_(settings.name),
      concurrency_(settings.concurrency > 0 ? settings.concurrency : usual),
      clock_(context.clock),
      zone_(context.zone),
      closing_(context.loop),
      client_(context.loop, http_options(settings, concurrency_)) {}

void HttpChannel::send(Message message, std::function<void(Outcome)> done) {
  ++under_way_;
  deliver(std::move(message),
          [this, alive = std::weak_ptr<char>(alive_), done = std::move(done)](Outcome outcome) {
            --under_way_;
            done(std::move(outcome));
            if (!alive.expired() && under_way_ == 0 && closed_) closing_.cancel();
          });
}

void HttpChannel::request(HttpRequest request, std::function<void(HttpAnswer)> take) {
  if (given_up_.empty()) return client_.send(std::move(request), std::move(take));
  HttpAnswer answer;
  answer.error = given_up_;
  take(std::move(answer));
}

void HttpChannel::close(Duration limit, std::function<void()> closed) {
  closed_ = std::move(closed);
  closing_.expires_after(under_way_ == 0 ? Duration{0} : limit);
  closing_.async_wait([this, limit, alive = std::weak_ptr<char>(alive_)](asio::error_code) {
    if (alive.expired()) return;
    given_up_ = fmt::format("given up after {} ms: the daemon closes the channel", limit.count());
    client_.give_up(given_up_);
    std::exchange(closed_, nullptr)();
  });
}

std::string http_settings_error(const ChannelSettings& settings) {
  if (!settings.url.starts_with("http://") && !settings.url.starts_with("https://")) {
    return "url: expected http://… or https://…";
  }
  if (settings.connect_timeout <= Duration{0} || settings.timeout <= Duration{0}) {
    return "timeout and connect_timeout: expected more than zero";
  }
  return {};
}

std::string robot_settings_error(const ChannelSettings& settings, std::string& token, std::string& secret) {
  std::string error = http_settings_error(settings);
  if (error.empty() && settings.token_file.empty()) {
    error = "token_file: expected the file of what the robot's address ends with";
  }
  if (error.empty()) error = read_secret_into(settings.token_file, token);
  if (error.empty()) error = read_secret_into(settings.secret_file, secret);
  return error;
}

std::string read_secret_into(const std::string& path, std::string& value) {
  if (path.empty()) return {};
  Secret secret = read_secret(path);
  value = std::move(secret.value);
  return std::move(secret.error);
}

std::string percent_encoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '_' || c == '.' || c == '~';
    out += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

}  // namespace duban::delivery
