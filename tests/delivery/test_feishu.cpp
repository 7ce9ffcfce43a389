#include "delivery/robot_group.hpp"

using namespace duban;
using namespace duban::delivery;
using namespace duban::test;
using namespace std::chrono_literals;
using Kind = Outcome::Kind;

namespace {

struct Group : RobotGroup {
  Group() : RobotGroup("feishu", "hook-1", "s3", "/open-apis/bot/v2/hook") {}
};

}  // namespace

TEST_CASE("a Feishu robot gets signed lines of text with the people's names") {
  Group group;
  CHECK(group.send(message_for({officer()})).kind == Kind::delivered);
  const nlohmann::json message = group.receiver.messages()[0];
  CHECK(message["title"] == "【橙】逾期未整改");
  CHECK(message["text"] == "某茶叶加工厂:疏散通道堵塞\n应于2月7日前整改\n致:王小明");
}

TEST_CASE("a Feishu code decides what becomes of the delivery") {
  struct Row {
    const char* behaviour;
    Kind kind;
    bool whole_channel;
    Duration not_before;
  };
  Group group;
  for (const Row& row : {Row{"code:11232", Kind::retry, true, 1min}, Row{"code:19021", Kind::retry, true, 0s},
                         Row{"code:19022", Kind::retry, true, 0s}, Row{"code:19024", Kind::retry, true, 0s},
                         Row{"code:9499", Kind::rejected, false, 0s}, Row{"429:52", Kind::retry, true, 52s},
                         Row{"code:5", Kind::retry, false, 0s}, Row{"drip", Kind::retry, false, 0s}}) {
    group.scene.settings.url = group.receiver.behaving(row.behaviour);
    group.scene.settings.timeout = row.behaviour == std::string("drip") ? Duration(400ms) : Duration(30s);
    const Outcome outcome = group.send(message_for({officer()}));
    INFO(row.behaviour << ": " << outcome.answer);
    CHECK(outcome.kind == row.kind);
    CHECK(outcome.whole_channel == row.whole_channel);
    CHECK(outcome.not_before == row.not_before);
  }
}

TEST_CASE("a wrong token or secret stops the Feishu channel") {
  Group group;
  group.scene.settings.token_file = group.scene.folder.write("token", "hook-2");
  CHECK(group.send(message_for({})).whole_channel);
  group.scene.settings.token_file = group.scene.folder.write("token", "hook-1");
  group.scene.settings.secret_file = group.scene.folder.write("secret", "other");
  const Outcome outcome = group.send(message_for({}));
  CHECK(outcome.whole_channel);
  CHECK(outcome.answer.find("19021") == 0);
}

TEST_CASE("the sixth Feishu message within a second pauses the channel, and its limits are named") {
  Group group;
  const auto channel = group.scene.open();
  REQUIRE(channel->pace().size() == 2);
  CHECK(channel->pace()[0].count == 100);
  CHECK(channel->pace()[1].count == 5);
  bool paused = false;
  for (int i = 0; i < 200 && !paused; ++i) {
    const Outcome outcome = group.scene.send(*channel, message_for({}));
    paused = outcome.whole_channel && outcome.not_before == 1min;
  }
  CHECK(paused);
}

TEST_CASE("hostile and long texts stay lines of text of a size that Feishu takes") {
  WebhookReceiver receiver({"--service", "feishu", "--token", "t"}, "chat_receiver.py");
  for (const std::string& title : hostile_titles()) {
    ChannelScene scene("feishu");
    scene.settings.url = receiver.url("/h");
    scene.settings.token_file = scene.folder.write("token", "t");
    std::optional<Outcome> outcome;
    while (!outcome || outcome->whole_channel)
      outcome = scene.send(*scene.open(), message_for({}, title, title));
    CHECK(outcome->kind == Kind::delivered);
  }
  for (const nlohmann::json& message : receiver.messages()) {
    CHECK(message["title"].get<std::string>().find('\n') == std::string::npos);
    CHECK(message["text"].get<std::string>().find("<at") == std::string::npos);
  }
}

TEST_CASE("thousands of short lines are one Feishu message's size") {
  Group group;
  std::string text;
  for (int i = 0; i < 1'500; ++i) text += "一\n";
  CHECK(group.send(message_for({}, "短行", text)).kind == Kind::delivered);
  CHECK(group.receiver.messages()[0]["bytes"] < 20 * 1024);
}
