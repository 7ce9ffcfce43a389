#include "delivery/wecom_robot.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "delivery/http_channel.hpp"
#include "delivery/pieces.hpp"
#include "delivery/robot_parts.hpp"
#include "delivery/wecom_codes.hpp"

namespace duban::delivery {
namespace {

using namespace std::chrono_literals;

/// Of 2,048 bytes, with room for the title (60 characters) and its number.
constexpr RobotLimits kLimits{.bytes = 1'750, .mentions = 50};

class WecomRobot final : public HttpChannel {
 public:
  WecomRobot(const ChannelSettings& settings, const ChannelContext& context, const std::string& token)
      : HttpChannel(settings, context, 1),
        url_(fmt::format("{}?key={}", settings.url, percent_encoded(token))) {}

  std::vector<Pace> pace() const override { return {{20, 1min}}; }

 private:
  void deliver(Message message, Done done) override {
    std::vector<Piece> pieces;
    for (const RobotPart& part : robot_parts(message, kLimits)) {
      pieces.push_back(
          {part.title, [this, body = body_of(part)](Done taken) { post(body, std::move(taken)); }});
    }
    pieces_.send(message, Pieces::Kind::parts, std::move(pieces), std::move(done));
  }

  static std::string body_of(const RobotPart& part) {
    const nlohmann::json body{
        {"msgtype", "text"},
        {"text", {{"content", part.title + "\n" + part.text}, {"mentioned_mobile_list", part.mobiles}}}};
    return body.dump();
  }

  void post(const std::string& body, Done done) {
    HttpRequest out;
    out.url = url_;
    out.headers = {"Content-Type: application/json; charset=utf-8"};
    out.body = body;
    request(std::move(out), [done = std::move(done)](const HttpAnswer& answer) {
      done(reply_outcome(answer, wecom_form(), wecom_codes()));
    });
  }

  std::string url_;
  Pieces pieces_;
};

}  // namespace

MadeChannel make_wecom_robot(const ChannelSettings& settings, const ChannelContext& context) {
  ChannelSettings with_url = settings;
  if (with_url.url.empty()) with_url.url = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send";
  std::string token, unused;
  std::string error = robot_settings_error(with_url, token, unused);
  if (!error.empty()) return {nullptr, std::move(error)};
  return {std::make_unique<WecomRobot>(with_url, context, token), {}};
}

}  // namespace duban::delivery
