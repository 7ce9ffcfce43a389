// Every channel that speaks HTTP against a receiver that misbehaves in every way: nothing counts as delivered
// that is not, nothing is given up that may still arrive, no redirect is followed.
#include "delivery/channel_scene.hpp"
#include "support/webhook_receiver.hpp"

using namespace duban;
using namespace duban::delivery;
using namespace duban::test;
using namespace std::chrono_literals;
using Kind = Outcome::Kind;

namespace {

const std::vector<std::string>& http_types() {
  static const std::vector<std::string> types{"webhook",    "alertmanager", "dingtalk",
                                              "feishu",     "wecom-robot",  "wecom-app",
                                              "sms-aliyun", "sms-tencent",  "sms-gateway"};
  return types;
}

/// A channel of this type with all that it needs but the address.
std::unique_ptr<ChannelScene> scene_of(const std::string& type) {
  auto scene = std::make_unique<ChannelScene>(type);
  ChannelSettings& settings = scene->settings;
  settings.token_file = scene->folder.write("token", "the-token");
  settings.secret_file = scene->folder.write("secret", "the-secret");
  settings.corp_id = "ww1";
  settings.agent_id = "1000002";
  settings.key_id = "K1";
  settings.sign_name = "某市安委办";
  settings.template_id = "SMS_1";
  settings.app_id = "1400006666";
  settings.parameters = {{"what", "{title}"}};
  settings.body = R"({"to":"{mobile}","text":"{title}"})";
  settings.answer_ok = {"accepted"};
  return scene;
}

/// Tells even if nobody can say what a good answer is: it behaves before it looks at anything.
struct Misbehaving {
  explicit Misbehaving(const std::vector<std::string>& more = {})
      : receiver(options(more), "chat_receiver.py") {}
  static std::vector<std::string> options(std::vector<std::string> more) {
    more.insert(more.begin(), {"--service", "dingtalk", "--token", "another"});
    return more;
  }
  WebhookReceiver receiver;
};

Outcome send(ChannelScene& scene) { return scene.send(*scene.open(), message_for({officer()})); }

void check_secret(const Outcome& outcome) {
  CHECK(outcome.answer.find("the-token") == std::string::npos);
  CHECK(outcome.answer.find("the-secret") == std::string::npos);
  CHECK(outcome.answer.size() <= 1'024);
}

}  // namespace

TEST_CASE("a receiver that misbehaves has delivered by no channel, and the message is kept") {
  Misbehaving bad;
  for (const std::string& type : http_types()) {
    for (const std::string behaviour :
         {"500", "502", "503:2", "429:3", "hang", "drip", "reset", "close", "half", "redirect"}) {
      const auto scene = scene_of(type);
      scene->settings.url = bad.receiver.behaving(behaviour);
      scene->settings.timeout = behaviour == "hang" || behaviour == "drip" ? Duration(300ms) : Duration(30s);
      const Outcome outcome = send(*scene);
      INFO(type << ", " << behaviour << ": " << outcome.answer);
      CHECK(outcome.kind == Kind::retry);
      check_secret(outcome);
      if (behaviour == "redirect") CHECK(outcome.whole_channel);
    }
  }
  CHECK(bad.receiver.messages().empty());
}

TEST_CASE("ten megabytes in the place of a service's answer are no success") {
  Misbehaving bad;
  for (const std::string& type : http_types()) {
    const auto scene = scene_of(type);
    scene->settings.url = bad.receiver.behaving("big");
    const Outcome outcome = send(*scene);
    INFO(type << ": " << outcome.answer.substr(0, 200));
    // To these the status says all; the others have to say so in the body.
    const bool by_status = type == "webhook" || type == "alertmanager";
    CHECK(outcome.kind == (by_status ? Kind::delivered : Kind::retry));
    check_secret(outcome);
  }
}

TEST_CASE("a certificate that nobody trusts stops every channel, and nothing is said to its holder") {
  const TemporaryFolder folder;
  const std::string key = folder.file("key.pem"), cert = folder.file("cert.pem");
  const std::string command =
      "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=x "
      "-keyout " +
      key + " -out " + cert + " 2>/dev/null";
  REQUIRE(system(command.c_str()) == 0);
  Misbehaving bad({"--tls", cert, key});
  for (const std::string& type : http_types()) {
    const auto scene = scene_of(type);
    scene->settings.url = bad.receiver.url("", "https");
    const Outcome outcome = send(*scene);
    INFO(type << ": " << outcome.answer);
    CHECK(outcome.kind == Kind::retry);
    CHECK(outcome.whole_channel);
    check_secret(outcome);
  }
}

TEST_CASE("a WeCom app whose service fails between the token and the message keeps the message") {
  for (const std::string behaviour : {"500", "hang", "reset", "redirect", "drip"}) {
    WebhookReceiver receiver({"--service", "wecom-app", "--secret", "the-secret"}, "chat_receiver.py");
    const auto scene = scene_of("wecom-app");
    scene->settings.url = receiver.url("");
    scene->settings.timeout = 300ms;
    receiver.behave("ok," + behaviour);
    const Outcome outcome = send(*scene);
    INFO(behaviour << ": " << outcome.answer);
    CHECK(outcome.kind == Kind::retry);
    CHECK(receiver.messages().empty());
    check_secret(outcome);
  }
}
