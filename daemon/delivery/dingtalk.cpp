#include "delivery/dingtalk.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "core/base64.hpp"
#include "core/digest.hpp"
#include "delivery/http_channel.hpp"
#include "delivery/pieces.hpp"
#include "delivery/reply.hpp"
#include "delivery/robot_parts.hpp"

namespace duban::delivery {
namespace {

using Kind = Verdict::Kind;
using namespace std::chrono_literals;

/// Line ends are doubled for Markdown, so that the worst text comes to some 17,000 of the 20,000 bytes.
constexpr RobotLimits kLimits{.bytes = 8'000, .mentions = 50};

const ReplyForm kForm{{"/errcode"}, {"/errmsg"}};
const std::vector<CodeRow> kCodes{
    {"0", {Kind::delivered}},
    {"130101", {Kind::stop, "more than 20 messages in a minute: the robot is blocked for ten", 10min}},
    {"410100", {Kind::stop, "more than 20 messages in a minute: the robot is blocked for ten", 10min}},
    {"310000",
     {Kind::stop, "check secret_file, this machine's clock, and the keyword and addresses the robot wants"}},
    {"300001", {Kind::stop, "check token_file"}},
    {"400013", {Kind::stop, "the group was dissolved"}},
    {"400101", {Kind::stop, "check token_file"}},
    {"400102", {Kind::stop, "the robot was switched off in its group"}},
    {"400106", {Kind::stop, "the robot does not exist any more"}},
    {"40035", {Kind::rejected}},   // a parameter
    {"400105", {Kind::rejected}},  // the type of message
    {"43004", {Kind::rejected}},   // the content type
    {"4301*", {Kind::rejected}},   // links, words, pictures that the service does not let through
    {"460101", {Kind::rejected}},  // too long
};

class DingTalk final : public HttpChannel {
 public:
  DingTalk(const ChannelSettings& settings, const ChannelContext& context, std::string token,
           std::string secret)
      : HttpChannel(settings, context, 1),
        url_(settings.url),
        keyword_(settings.keyword),
        token_(std::move(token)),
        secret_(std::move(secret)) {}

  std::vector<Pace> pace() const override { return {{20, 1min}}; }

 private:
  void deliver(Message message, Done done) override {
    std::vector<Piece> pieces;
    for (const RobotPart& part : robot_parts(message, kLimits)) {
      pieces.push_back({part.title, [this, body = body_of(part)](Done taken) { post(body, taken); }});
    }
    pieces_.send(message, Pieces::Kind::parts, std::move(pieces), std::move(done));
  }

  std::string body_of(const RobotPart& part) const {
    std::string text = "#### " + part.title + "\n\n";
    for (const char c : part.text) {
      if (c == '\n') text += '\n';
      text += c;
    }
    if (!keyword_.empty()) text += "\n\n" + keyword_;
    if (!part.mobiles.empty()) text += "\n\n";
    for (const std::string& mobile : part.mobiles) text += "@" + mobile + " ";
    const nlohmann::json body{{"msgtype", "markdown"},
                              {"markdown", {{"title", part.title}, {"text", text}}},
                              {"at", {{"atMobiles", part.mobiles}, {"isAtAll", false}}}};
    return body.dump();
  }

  /// The signature is made anew for each request: it is good for an hour.
  void post(const std::string& body, const Done& done) {
    HttpRequest out;
    out.url = fmt::format("{}?access_token={}", url_, percent_encoded(token_));
    if (!secret_.empty()) {
      const std::string stamp = std::to_string(ms_of(clock().now()));
      const std::string sign = base64::encode(hmac_sha256(secret_, stamp + "\n" + secret_));
      out.url += fmt::format("&timestamp={}&sign={}", stamp, percent_encoded(sign));
    }
    out.headers = {"Content-Type: application/json; charset=utf-8"};
    out.body = body;
    request(std::move(out), [done](const HttpAnswer& answer) { done(reply_outcome(answer, kForm, kCodes)); });
  }

  std::string url_;
  std::string keyword_;
  std::string token_;
  std::string secret_;
  Pieces pieces_;
};

}  // namespace

MadeChannel make_dingtalk(const ChannelSettings& settings, const ChannelContext& context) {
  ChannelSettings with_url = settings;
  if (with_url.url.empty()) with_url.url = "https://oapi.dingtalk.com/robot/send";
  std::string token, secret;
  std::string error = robot_settings_error(with_url, token, secret);
  if (!error.empty()) return {nullptr, std::move(error)};
  return {std::make_unique<DingTalk>(with_url, context, std::move(token), std::move(secret)), {}};
}

}  // namespace duban::delivery
