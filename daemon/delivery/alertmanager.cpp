#include "delivery/alertmanager.hpp"

#include <utility>

#include "delivery/alertmanager_alert.hpp"
#include "delivery/http_channel.hpp"
#include "delivery/http_outcome.hpp"

namespace duban::delivery {
namespace {

constexpr size_t kConcurrency = 16;

class Alertmanager final : public HttpChannel {
 public:
  Alertmanager(const ChannelSettings& settings, const ChannelContext& context, std::string token)
      : HttpChannel(settings, context, kConcurrency),
        url_(settings.url + "/api/v2/alerts"),
        resolve_after_(settings.resolve_after),
        token_(std::move(token)) {}

 private:
  void deliver(Message message, Done done) override {
    HttpRequest out;
    out.url = url_;
    out.headers = {"Content-Type: application/json"};
    if (!token_.empty()) out.headers.push_back("Authorization: Bearer " + token_);
    out.body = alertmanager_post(message, clock().now() + resolve_after_);
    request(std::move(out),
            [done = std::move(done)](const HttpAnswer& answer) { done(http_outcome(answer)); });
  }

  std::string url_;
  Duration resolve_after_;
  std::string token_;
};

}  // namespace

MadeChannel make_alertmanager(const ChannelSettings& settings, const ChannelContext& context) {
  std::string error = http_settings_error(settings);
  if (error.empty() && settings.resolve_after <= Duration{0}) {
    error = "resolve_after: expected more than zero";
  }
  std::string token;
  if (error.empty()) error = read_secret_into(settings.token_file, token);
  if (!error.empty()) return {nullptr, std::move(error)};
  return {std::make_unique<Alertmanager>(settings, context, std::move(token)), {}};
}

}  // namespace duban::delivery
