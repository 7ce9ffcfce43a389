// What receivers answer, judged by every channel over HTTP.
//
// The first byte chooses the channel, the second the status; then come the bodies of one answer after the
// other, parted by form feeds, the last of them for all further requests. Besides not crashing and not
// hanging: each message has one outcome, its words are one printable line of bounded length, a pause is
// bounded, and nothing counts as delivered that was not taken.
#include <unistd.h>

#include <algorithm>
#include <asio/io_context.hpp>
#include <filesystem>
#include <fstream>
#include <optional>

#include "answer_client.hpp"
#include "core/limits.hpp"
#include "core/log.hpp"
#include "core/utf8.hpp"
#include "delivery/alertmanager.hpp"
#include "delivery/channel_settings.hpp"
#include "delivery/dingtalk.hpp"
#include "delivery/feishu.hpp"
#include "delivery/sms.hpp"
#include "delivery/webhook.hpp"
#include "delivery/wecom_app.hpp"
#include "delivery/wecom_robot.hpp"
#include "require.hpp"
#include "support/sample_alert.hpp"

namespace duban::fuzz {
namespace {

using delivery::ChannelSettings;
using delivery::MadeChannel;
using delivery::Outcome;

struct Kind {
  MadeChannel (*make)(const ChannelSettings&, const delivery::ChannelContext&);
  const char* answer_field = "";  // of a gateway
};
constexpr Kind kKinds[] = {{&delivery::make_dingtalk},    {&delivery::make_feishu},
                           {&delivery::make_wecom_robot}, {&delivery::make_wecom_app},
                           {&delivery::make_sms_aliyun},  {&delivery::make_sms_tencent},
                           {&delivery::make_sms_gateway}, {&delivery::make_sms_gateway, "/result/code"},
                           {&delivery::make_webhook},     {&delivery::make_alertmanager}};
constexpr int kStatuses[] = {200, 201, 204, 302, 400, 401, 404, 408, 409, 422, 429, 500, 503, 0};
/// What outcome_of() may add to an answer: the remedy of its row, or what was looked for; for each person.
constexpr size_t kAddedWords = 400;
constexpr size_t kPeople = 2;

struct World {
  asio::io_context loop{1};
  VirtualClock clock{*parse_rfc3339("2023-02-08T01:00:00Z")};
  ChannelSettings settings;

  World() {
    log::start(log::Level::error);
    std::string file = "/tmp/duban-fuzz-XXXXXX";
    const int made = mkstemp(file.data());
    require(made >= 0 && write(made, "key\n", 4) == 4 && close(made) == 0, "a file for secrets");
    settings.name = "duty";
    settings.url = "http://127.0.0.1:9";
    settings.token_file = settings.secret_file = file;
    settings.corp_id = "ww1";
    settings.agent_id = "1000002";
    settings.key_id = settings.sign_name = settings.template_id = settings.app_id = "1";
    settings.parameters = {{"what", "{title}"}};
    settings.body = R"({"to":"{mobile}"})";
    settings.answer_ok = {"success", "0"};
    settings.answer_rejected = {"IllegalMac"};
  }
};

/// Forgets them: what is left over belongs to no later input.
void take_answers(std::string_view text, int status) {
  auto& answers = coming_answers();
  answers.clear();
  delivery::HttpAnswer answer;
  answer.status = status;
  if (status == 0) answer.error = std::string(text);
  for (size_t end = 0; end != std::string_view::npos;) {
    end = text.find('\f');
    answer.body = std::string(text.substr(0, std::min(end, limits::kAnswerBytes)));
    answers.push_back(answer);
    if (end != std::string_view::npos) text.remove_prefix(end + 1);
  }
  std::reverse(answers.begin(), answers.end());
}

void check(const Outcome& outcome, int status) {
  require(outcome.answer.size() <= kPeople * (limits::kAnswerKept + kAddedWords),
          "an answer is kept within its bound");
  require(utf8::invalid_at(outcome.answer) == std::string_view::npos, "what is kept is UTF-8");
  require(std::none_of(outcome.answer.begin(), outcome.answer.end(),
                       [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }),
          "what is kept is one printable line");
  require(outcome.not_before >= Duration{0} && outcome.not_before <= limits::kLongestPause,
          "a pause is bounded");
  require(outcome.kind != Outcome::Kind::delivered || (status >= 200 && status < 300) || status == 400 ||
              (status > 400 && status < 500),
          "no answer, a redirect and a fault of the server are no success");
}

}  // namespace
}  // namespace duban::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  using namespace duban;
  using namespace duban::fuzz;
  static World world;
  if (size < 2) return 0;
  const Kind& kind = kKinds[bytes[0] % std::size(kKinds)];
  const int status = kStatuses[bytes[1] % std::size(kStatuses)];
  take_answers({reinterpret_cast<const char*>(bytes) + 2, size - 2}, status);
  world.settings.answer_field = kind.answer_field;
  const MadeChannel made = kind.make(world.settings, {world.loop, world.clock, Zone::shanghai()});
  require(made.channel != nullptr, "the channel can be made");
  delivery::Message message = test::alert_message();
  message.severity = "serious";
  message.title = "逾期未整改";
  message.text = "应于2月7日前整改";
  message.to = {{"E-1/officer", "张三", "13800001111", "officer@example.cn", "zhangsan"},
                {"E-1/principal", "李四", "13800002222", "", "lisi"}};
  int outcomes = 0;
  made.channel->send(message, [&](const Outcome& outcome) {
    ++outcomes;
    check(outcome, status);
  });
  world.loop.restart();
  world.loop.run();
  require(outcomes == 1, "a message has one outcome");
  return 0;
}
