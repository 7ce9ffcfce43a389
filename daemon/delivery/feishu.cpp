#include "delivery/feishu.hpp"

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

/// A line costs some 30 bytes of JSON more than its text; 20 KB are allowed.
constexpr RobotLimits kLimits{.bytes = 8'000};
constexpr size_t kLinesInPart = 250;

const ReplyForm kForm{{"/code", "/StatusCode"}, {"/msg", "/StatusMessage"}};
const std::vector<CodeRow> kCodes{
    {"0", {Kind::delivered}},
    {"11232", {Kind::stop, "the service is busy, as at full and half hours", 1min}},
    {"99991400", {Kind::stop, "more than 100 messages in a minute or 5 in a second", 1min}},
    {"19001", {Kind::stop, "check token_file"}},
    {"19021", {Kind::stop, "check secret_file and this machine's clock"}},
    {"19022", {Kind::stop, "the robot does not allow this machine's address"}},
    {"19024", {Kind::stop, "the robot wants a keyword: set it as the channel's keyword"}},
    {"19002", {Kind::rejected}},  // parameters
    {"9499", {Kind::rejected}},   // the form, or more than 20 KB
};

class Feishu final : public HttpChannel {
 public:
  Feishu(const ChannelSettings& settings, const ChannelContext& context, const std::string& token,
         std::string secret)
      : HttpChannel(settings, context, 1),
        url_(fmt::format("{}/{}", settings.url, percent_encoded(token))),
        keyword_(settings.keyword),
        secret_(std::move(secret)) {}

  std::vector<Pace> pace() const override { return {{100, 1min}, {5, 1s}}; }

 private:
  void deliver(Message message, Done done) override {
    std::vector<Piece> pieces;
    for (RobotPart& part : robot_parts(message, kLimits)) {
      std::string name = part.title;
      pieces.push_back(
          {std::move(name), [this, part = std::move(part)](Done taken) { post(part, std::move(taken)); }});
    }
    pieces_.send(message, Pieces::Kind::parts, std::move(pieces), std::move(done));
  }

  /// A text of very many short lines is joined at the end: its bytes fit, its elements would not.
  nlohmann::json lines_of(const RobotPart& part) const {
    nlohmann::json lines = nlohmann::json::array();
    const auto add = [&lines](std::string_view text) {
      lines.push_back(nlohmann::json::array({{{"tag", "text"}, {"text", text}}}));
    };
    std::string_view rest = part.text;
    while (!rest.empty()) {
      const size_t end =
          lines.size() + 1 == kLinesInPart ? rest.size() : std::min(rest.find('\n'), rest.size());
      add(rest.substr(0, end));
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    if (!keyword_.empty()) add(keyword_);
    return lines;
  }

  void post(const RobotPart& part, Done done) {
    nlohmann::json body{
        {"msg_type", "post"},
        {"content", {{"post", {{"zh_cn", {{"title", part.title}, {"content", lines_of(part)}}}}}}}};
    if (!secret_.empty()) {
      const auto seconds = std::chrono::floor<std::chrono::seconds>(clock().now()).time_since_epoch().count();
      body["timestamp"] = std::to_string(seconds);
      body["sign"] = base64::encode(hmac_sha256(fmt::format("{}\n{}", seconds, secret_), ""));
    }
    HttpRequest out;
    out.url = url_;
    out.headers = {"Content-Type: application/json; charset=utf-8"};
    out.body = body.dump();
    request(std::move(out), [done = std::move(done)](const HttpAnswer& answer) {
      done(reply_outcome(answer, kForm, kCodes));
    });
  }

  std::string url_;
  std::string keyword_;
  std::string secret_;
  Pieces pieces_;
};

}  // namespace

MadeChannel make_feishu(const ChannelSettings& settings, const ChannelContext& context) {
  ChannelSettings with_url = settings;
  if (with_url.url.empty()) with_url.url = "https://open.feishu.cn/open-apis/bot/v2/hook";
  std::string token, secret;
  std::string error = robot_settings_error(with_url, token, secret);
  if (!error.empty()) return {nullptr, std::move(error)};
  return {std::make_unique<Feishu>(with_url, context, token, std::move(secret)), {}};
}

}  // namespace duban::delivery
