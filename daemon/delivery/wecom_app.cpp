#include "delivery/wecom_app.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <utility>

#include "delivery/answer_text.hpp"
#include "delivery/http_channel.hpp"
#include "delivery/person_pace.hpp"
#include "delivery/pieces.hpp"
#include "delivery/robot_parts.hpp"
#include "delivery/wecom_codes.hpp"

namespace duban::delivery {
namespace {

using namespace std::chrono_literals;

constexpr size_t kPeople = 1'000;  // in one request
constexpr RobotLimits kLimits{.bytes = 1'750};
constexpr Duration kRenewBefore = 5min;
constexpr int64_t kTokenSeconds = 7'200;  // what the service promises at most
constexpr int kDuplicateSeconds = 4 * 60 * 60;

class WecomApp final : public HttpChannel {
 public:
  WecomApp(const ChannelSettings& settings, const ChannelContext& context, int64_t agent, std::string secret)
      : HttpChannel(settings, context, 8),
        url_(settings.url),
        corp_id_(settings.corp_id),
        agent_(agent),
        secret_(std::move(secret)),
        people_({{30, 1min}, {1'000, 1h}}) {}

 private:
  using WithToken = std::function<void(const std::string& token, const Outcome* failure)>;

  struct Sending {
    std::string body;
    std::vector<std::string> people;
    std::string token;  // the one that was refused
    Done done;

    /// Lets go of `done`: it holds the message's pieces, and one of them this.
    void finish(Outcome outcome) { std::exchange(done, nullptr)(std::move(outcome)); }
  };

  void deliver(Message message, Done done) override {
    std::vector<std::string> users, without;
    for (const Addressee& person : message.to) {
      person.user_id.empty() ? without.push_back(person.recipient) : users.push_back(person.user_id);
    }
    std::vector<Piece> pieces;
    for (size_t at = 0; at < users.size(); at += kPeople) {
      const auto from = users.begin() + static_cast<ptrdiff_t>(at);
      const auto to = users.begin() + static_cast<ptrdiff_t>(std::min(at + kPeople, users.size()));
      add_pieces(message, {from, to}, pieces);
    }
    if (!without.empty() || message.to.empty()) pieces.push_back(unreachable(without));
    pieces_.send(message, Pieces::Kind::people, std::move(pieces), std::move(done));
  }

  void add_pieces(Message message, const std::vector<std::string>& users, std::vector<Piece>& pieces) {
    message.to.clear();  // each gets it as their own
    for (const RobotPart& part : robot_parts(message, kLimits)) {
      const auto sending = std::make_shared<Sending>();
      sending->body = body_of(part, users);
      sending->people = users;
      pieces.push_back({fmt::format("{} ({} people from {})", part.title, users.size(), users.front()),
                        [this, sending](Done taken) {
                          sending->done = std::move(taken);
                          sending->token.clear();
                          start(sending);
                        }});
    }
  }

  static Piece unreachable(const std::vector<std::string>& people) {
    std::string names;
    for (const std::string& person : people) names += (names.empty() ? "" : ", ") + person;
    return {"without a user id", [names](const Done& taken) {
              taken(Outcome::rejected(names.empty() ? "the message is for nobody" : names));
            }};
  }

  std::string body_of(const RobotPart& part, const std::vector<std::string>& users) const {
    std::string to;
    for (const std::string& user : users) to += (to.empty() ? "" : "|") + user;
    const nlohmann::json body{{"touser", to},
                              {"msgtype", "text"},
                              {"agentid", agent_},
                              {"text", {{"content", part.title + "\n" + part.text}}},
                              {"enable_duplicate_check", 1},
                              {"duplicate_check_interval", kDuplicateSeconds}};
    return body.dump();
  }

  void start(const std::shared_ptr<Sending>& sending) {
    Duration wait{0};
    for (const std::string& user : sending->people) {
      wait = std::max(wait, people_.wait(user, clock().monotonic()));
    }
    if (wait > Duration{0}) {
      Outcome outcome = Outcome::retry("somebody was sent 30 messages within a minute, or 1,000 in an hour");
      outcome.not_before = wait;
      return sending->finish(std::move(outcome));
    }
    with_token([this, sending](const std::string& token, const Outcome* failure) {
      failure != nullptr ? sending->finish(*failure) : post(sending, token);
    });
  }

  void post(const std::shared_ptr<Sending>& sending, const std::string& token) {
    HttpRequest out;
    out.url = fmt::format("{}/cgi-bin/message/send?access_token={}", url_, percent_encoded(token));
    out.headers = {"Content-Type: application/json; charset=utf-8"};
    out.body = sending->body;
    request(std::move(out),
            [this, sending, token](const HttpAnswer& answer) { take(sending, token, answer); });
  }

  void take(const std::shared_ptr<Sending>& sending, const std::string& token, const HttpAnswer& answer) {
    const Reply reply = read_reply(answer.body, wecom_form());
    if (wecom_wants_token(reply.code)) {
      if (token_ == token) token_.clear();
      const bool again = sending->token.empty();
      sending->token = token;
      if (again) return start(sending);
    }
    Outcome outcome = reply_outcome(answer, wecom_form(), wecom_codes());
    if (outcome.kind == Outcome::Kind::delivered) {
      for (const std::string& user : sending->people) people_.sent(user, clock().monotonic());
      const Reply refused = read_reply(answer.body, {{"/invaliduser"}, {}});
      if (!refused.code.empty()) {
        outcome = Outcome::rejected("not allowed or unknown: " + answer_text(refused.code));
      }
    }
    sending->finish(std::move(outcome));
  }

  /// With the token that is there, else with a new one; all who want one meanwhile wait for the same.
  void with_token(WithToken use) {
    if (!token_.empty() && clock().monotonic() < renew_at_) return use(token_, nullptr);
    waiting_.push_back(std::move(use));
    if (waiting_.size() > 1) return;
    HttpRequest out;
    out.get = true;
    out.url = fmt::format("{}/cgi-bin/gettoken?corpid={}&corpsecret={}", url_, percent_encoded(corp_id_),
                          percent_encoded(secret_));
    request(std::move(out), [this](const HttpAnswer& answer) { take_token(answer); });
  }

  void take_token(const HttpAnswer& answer) {
    const ReplyForm form{{"/access_token"}, {"/expires_in"}};
    const Outcome outcome = reply_outcome(answer, wecom_form(), wecom_codes());
    const Reply given = read_reply(answer.body, form);
    const bool good = outcome.kind == Outcome::Kind::delivered && given.readable;
    if (good) {
      int64_t seconds = 0;
      std::from_chars(given.text.data(), given.text.data() + given.text.size(), seconds);
      seconds = std::clamp<int64_t>(seconds, 0, kTokenSeconds);
      token_ = given.code;
      renew_at_ = clock().monotonic() + std::chrono::seconds(seconds) - kRenewBefore;
      if (seconds < 600) renew_at_ = clock().monotonic() + std::chrono::seconds(seconds / 2);
    }
    const Outcome failure = failure_of_token(outcome);
    const std::string token = token_;
    for (const WithToken& use : std::exchange(waiting_, {})) use(token, good ? nullptr : &failure);
  }

  /// No message is at fault if there is no token.
  static Outcome failure_of_token(const Outcome& outcome) {
    const std::string said = "no token: " + outcome.answer;
    if (outcome.kind == Outcome::Kind::retry && !outcome.whole_channel) return Outcome::retry(said);
    return Outcome::stop(said, outcome.not_before);
  }

  std::string url_;
  std::string corp_id_;
  int64_t agent_;
  std::string secret_;
  std::string token_;
  Duration renew_at_{0};
  std::vector<WithToken> waiting_;
  PersonPace people_;
  Pieces pieces_;
};

}  // namespace

MadeChannel make_wecom_app(const ChannelSettings& settings, const ChannelContext& context) {
  ChannelSettings with_url = settings;
  if (with_url.url.empty()) with_url.url = "https://qyapi.weixin.qq.com";
  std::string error = http_settings_error(with_url);
  int64_t agent = 0;
  const char* const end = settings.agent_id.data() + settings.agent_id.size();
  if (error.empty() && std::from_chars(settings.agent_id.data(), end, agent).ptr != end) {
    error = "agent_id: expected the app's number, like 1000002";
  }
  std::string secret;
  if (error.empty()) error = read_secret_into(settings.secret_file, secret);
  if (!error.empty()) return {nullptr, std::move(error)};
  return {std::make_unique<WecomApp>(with_url, context, agent, std::move(secret)), {}};
}

}  // namespace duban::delivery
