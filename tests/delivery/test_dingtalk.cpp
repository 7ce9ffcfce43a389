#include "delivery/robot_group.hpp"

using namespace duban;
using namespace duban::delivery;
using namespace duban::test;
using namespace std::chrono_literals;
using Kind = Outcome::Kind;

namespace {

struct Group : RobotGroup {
  Group() : RobotGroup("dingtalk", "a+b/c", "SEC1", "/robot/send") {}
};

}  // namespace

TEST_CASE("a DingTalk robot gets signed markdown and calls people by their mobile numbers") {
  Group group;
  const Outcome outcome = group.send(message_for({officer(), {"T-1/duty", "李雷", "", "", ""}}));
  CHECK(outcome.kind == Kind::delivered);
  CHECK(outcome.answer == "0: ok");
  const nlohmann::json message = group.receiver.messages()[0];
  CHECK(message["title"] == "【橙】逾期未整改");
  CHECK(message["text"] ==
        "#### 【橙】逾期未整改\n\n某茶叶加工厂:疏散通道堵塞\n\n应于2月7日前整改\n\n致:李雷\n\n@13800001111 ");
  CHECK(message["called"] == nlohmann::json{"13800001111"});
  CHECK(message["all"] == false);
}

TEST_CASE("a message without title and text says what its alert says") {
  Group group;
  CHECK(group.send(alert_message()).kind == Kind::delivered);
  const nlohmann::json message = group.receiver.messages()[0];
  CHECK(message["title"] == "【黄】督促 疏散通道堵塞");
  CHECK(message["text"].get<std::string>().find("应于2月7日前整改。") != std::string::npos);
}

TEST_CASE("a DingTalk code decides what becomes of the delivery, whatever the HTTP status") {
  struct Row {
    const char* behaviour;
    Kind kind;
    bool whole_channel;
    Duration not_before;
  };
  Group group;
  for (const Row& row :
       {Row{"code:130101", Kind::retry, true, 10min}, Row{"code:310000", Kind::retry, true, 0s},
        Row{"code:400102", Kind::retry, true, 0s}, Row{"code:430102", Kind::rejected, false, 0s},
        Row{"code:460101", Kind::rejected, false, 0s}, Row{"code:-1", Kind::retry, false, 0s},
        Row{"code:999999", Kind::retry, false, 0s}, Row{"502", Kind::retry, false, 0s},
        Row{"big", Kind::retry, true, 0s}, Row{"reset", Kind::retry, false, 0s}}) {
    group.scene.settings.url = group.receiver.behaving(row.behaviour);
    const Outcome outcome = group.send(message_for({officer()}));
    INFO(row.behaviour << ": " << outcome.answer);
    CHECK(outcome.kind == row.kind);
    CHECK(outcome.whole_channel == row.whole_channel);
    CHECK(outcome.not_before == row.not_before);
  }
}

TEST_CASE("the twenty-first message within a minute pauses the DingTalk channel for ten") {
  Group group;
  const auto channel = group.scene.open();
  for (int i = 0; i < 20; ++i) {
    CHECK(group.scene.send(*channel, message_for({officer()})).kind == Kind::delivered);
  }
  const Outcome outcome = group.scene.send(*channel, message_for({officer()}));
  CHECK(outcome.kind == Kind::retry);
  CHECK(outcome.whole_channel);
  CHECK(outcome.not_before == 10min);
  REQUIRE(channel->pace().size() == 1);
  CHECK(channel->pace()[0].count == 20);
  CHECK(channel->pace()[0].period == 1min);
}

TEST_CASE("wrong secrets stop the DingTalk channel and are not told to anybody") {
  Group group;
  group.scene.settings.secret_file = group.scene.folder.write("secret", "SEC-other");
  Outcome outcome = group.send(message_for({officer()}));
  CHECK(outcome.whole_channel);
  CHECK(outcome.answer.find("sign not match") != std::string::npos);
  CHECK(outcome.answer.find("SEC-other") == std::string::npos);
  group.scene.settings.token_file = group.scene.folder.write("token", "wrong-token");
  outcome = group.send(message_for({officer()}));
  CHECK(outcome.whole_channel);
  CHECK(outcome.answer.find("wrong-token") == std::string::npos);
  group.receiver.kill();
  outcome = group.send(message_for({officer()}));
  CHECK(outcome.whole_channel);
  CHECK(outcome.answer.find("wrong-token") == std::string::npos);
}

TEST_CASE("the keyword that a robot wants stands in every message") {
  WebhookReceiver receiver({"--service", "dingtalk", "--token", "t", "--keyword", "督办"},
                           "chat_receiver.py");
  ChannelScene scene("dingtalk");
  scene.settings.url = receiver.url();
  CHECK(scene.error() == "token_file: expected the file of what the robot's address ends with");
  scene.settings.token_file = scene.folder.write("token", "t");
  CHECK(scene.send(*scene.open(), message_for({})).whole_channel);
  scene.settings.keyword = "督办";
  CHECK(scene.send(*scene.open(), message_for({})).kind == Kind::delivered);
}

TEST_CASE("nothing that stands in an event marks up, links or calls in DingTalk") {
  Group group;
  const auto channel = group.scene.open();
  for (const std::string& title : hostile_titles()) {
    CHECK(group.scene.send(*channel, message_for({}, title, title + "\n" + title)).kind == Kind::delivered);
  }
  for (const nlohmann::json& message : group.receiver.messages()) {
    INFO(message.dump());
    CHECK(message["markup"].empty());
    CHECK(message["all"] == false);
    CHECK(message["text"].get<std::string>().find('@') == std::string::npos);
    CHECK(message["title"].get<std::string>().find('\n') == std::string::npos);
  }
}

TEST_CASE(
    "a long DingTalk message comes in numbered parts that the service takes, and says what it leaves out") {
  Group group;
  std::string text;
  for (int i = 0; i < 4'000; ++i) text += "第" + std::to_string(i) + "项隐患\"未\"整改\n";
  const Outcome outcome = group.send(message_for({officer()}, "日报", text));
  CHECK(outcome.kind == Kind::delivered);
  const nlohmann::json messages = group.receiver.messages();
  REQUIRE(messages.size() == 5);
  CHECK(messages[0]["title"] == "【橙】日报(1/5)");
  CHECK(messages[0]["called"].size() == 1);
  CHECK(messages[1]["called"].empty());
  CHECK(messages[4]["text"].get<std::string>().find("字从略") != std::string::npos);
}

TEST_CASE("people beyond one call are called in further parts, each once") {
  Group group;
  std::vector<Addressee> people;
  for (int i = 0; i < 120; ++i) people.push_back(officer(std::to_string(13800000000 + i)));
  people.push_back(people.front());
  CHECK(group.send(message_for(people)).kind == Kind::delivered);
  size_t called = 0;
  for (const nlohmann::json& message : group.receiver.messages()) called += message["called"].size();
  CHECK(group.receiver.messages().size() == 3);
  CHECK(called == 120);
}

TEST_CASE("parts that went out are not sent again when a later one failed") {
  Group group;
  group.scene.settings.url = group.receiver.url("/robot/send");
  group.receiver.behave("ok*2,500,ok");
  const auto channel = group.scene.open();
  const Message message = message_for({}, "日报", std::string(20'000, 'x'));
  const Outcome first = group.scene.send(*channel, message);
  CHECK(first.kind == Kind::retry);
  CHECK(first.answer.find("2 of 3 sent") == 0);
  const Outcome second = group.scene.send(*channel, message);
  CHECK(second.kind == Kind::delivered);
  CHECK(group.receiver.messages().size() == 3);
  CHECK(group.receiver.counts()["requests"] == 4);
}
