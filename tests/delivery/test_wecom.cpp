#include "delivery/robot_group.hpp"

using namespace duban;
using namespace duban::delivery;
using namespace duban::test;
using namespace std::chrono_literals;
using Kind = Outcome::Kind;

namespace {

struct Group : RobotGroup {
  Group() : RobotGroup("wecom-robot", "k-1", "", "/cgi-bin/webhook/send") {}
};

struct App {
  WebhookReceiver receiver{{"--service", "wecom-app", "--secret", "app/secret"}, "chat_receiver.py"};
  ChannelScene scene{"wecom-app"};

  App() {
    scene.settings.url = receiver.url("");
    scene.settings.corp_id = "ww1";
    scene.settings.agent_id = "1000002";
    scene.settings.secret_file = scene.folder.write("secret", "app/secret");
  }
};

Addressee user(const std::string& id) { return {"E-1/" + id, id, "", "", id}; }

}  // namespace

TEST_CASE("a WeCom robot gets text and calls people by their mobile numbers") {
  Group group;
  CHECK(group.send(message_for({officer()})).kind == Kind::delivered);
  const nlohmann::json message = group.receiver.messages()[0];
  CHECK(message["text"] == "【橙】逾期未整改\n某茶叶加工厂:疏散通道堵塞\n应于2月7日前整改");
  CHECK(message["called"] == nlohmann::json{"13800001111"});
}

TEST_CASE("hostile and long texts are taken by WeCom without a mark of its own in them") {
  for (const std::string& title : hostile_titles()) {
    Group group;
    const Outcome outcome = group.send(message_for({}, title, title + "\n" + title));
    INFO(outcome.answer);
    CHECK(outcome.kind == Kind::delivered);
    for (const nlohmann::json& message : group.receiver.messages()) CHECK(message["marks"].empty());
  }
}

TEST_CASE("a WeCom robot that is written to too often pauses the channel for a minute") {
  Group group;
  const auto channel = group.scene.open();
  for (int i = 0; i < 20; ++i) CHECK(group.scene.send(*channel, message_for({})).kind == Kind::delivered);
  const Outcome outcome = group.scene.send(*channel, message_for({}));
  CHECK(outcome.kind == Kind::retry);
  CHECK(outcome.whole_channel);
  CHECK(outcome.not_before == 1min);
  CHECK(channel->pace()[0].count == 20);
}

TEST_CASE("a key that no robot has stops the channel") {
  Group group;
  group.scene.settings.token_file = group.scene.folder.write("token", "k-2");
  CHECK(group.send(message_for({})).whole_channel);
}

TEST_CASE("a WeCom app fetches one token for many messages and writes to people by user id") {
  App app;
  const auto channel = app.scene.open();
  size_t done = 0;
  for (int i = 0; i < 5; ++i) {
    channel->send(message_for({user("a"), user("b")}, "第" + std::to_string(i) + "条"),
                  [&](const Outcome& outcome) {
                    CHECK(outcome.kind == Kind::delivered);
                    ++done;
                  });
  }
  REQUIRE(loop_until(app.scene.loop, [&] { return done == 5; }));
  const nlohmann::json messages = app.receiver.messages();
  REQUIRE(messages.size() == 5);
  CHECK(messages[0]["to"] == nlohmann::json{"a", "b"});
  CHECK(messages[4]["token"] == 1);
}

TEST_CASE("a token that has expired is fetched anew and the message goes out in the same attempt") {
  App app;
  const auto channel = app.scene.open();
  CHECK(app.scene.send(*channel, message_for({user("a")})).kind == Kind::delivered);
  app.receiver.control("/_expire");
  CHECK(app.scene.send(*channel, message_for({user("a")}, "又一条")).kind == Kind::delivered);
  CHECK(app.receiver.messages()[1]["token"] == 2);
  CHECK(app.receiver.counts()["requests"] == 5);  // token, send, send refused, token, send
}

TEST_CASE("a service that refuses every token stops the channel after one new one") {
  App app;
  app.receiver.behave("ok,code:42001,ok,code:40014,ok");
  const Outcome outcome = app.scene.send(*app.scene.open(), message_for({user("a")}));
  CHECK(outcome.kind == Kind::retry);
  CHECK(outcome.whole_channel);
  CHECK(app.receiver.counts()["requests"] == 4);
}

TEST_CASE("a wrong secret, company or app stops the channel and nothing is rejected") {
  App app;
  app.scene.settings.secret_file = app.scene.folder.write("secret", "wrong-secret");
  Outcome outcome = app.scene.send(*app.scene.open(), message_for({user("a")}));
  CHECK(outcome.whole_channel);
  CHECK(outcome.answer.find("no token: 40001") != std::string::npos);
  CHECK(outcome.answer.find("wrong-secret") == std::string::npos);
  app.scene.settings.secret_file = app.scene.folder.write("secret", "app/secret");
  app.scene.settings.corp_id = "ww2";
  CHECK(app.scene.send(*app.scene.open(), message_for({user("a")})).whole_channel);
  app.scene.settings.corp_id = "ww1";
  app.scene.settings.agent_id = "7";
  CHECK(app.scene.send(*app.scene.open(), message_for({user("a")})).whole_channel);
  app.scene.settings.agent_id = "seven";
  CHECK(app.scene.error() == "agent_id: expected the app's number, like 1000002");
}

TEST_CASE("whoever a WeCom app could not reach is named, and nobody is told twice") {
  App app;
  const auto channel = app.scene.open();
  Outcome outcome = app.scene.send(*channel, message_for({user("a"), user("unknown1")}));
  CHECK(outcome.kind == Kind::rejected);
  CHECK(outcome.answer.find("unknown1") != std::string::npos);
  outcome = app.scene.send(*channel, message_for({user("unknown1")}));
  CHECK(outcome.kind == Kind::rejected);
  CHECK(outcome.answer.find("81013") != std::string::npos);
  outcome = app.scene.send(*channel, message_for({user("a"), {"T-1/duty", "李雷", "", "", ""}}, "另一条"));
  CHECK(outcome.kind == Kind::rejected);
  CHECK(outcome.answer.find("T-1/duty") != std::string::npos);
  CHECK(app.scene.send(*channel, message_for({})).kind == Kind::rejected);
}

TEST_CASE("a repetition after a lost answer is the same request, which the service drops") {
  App app;
  app.receiver.behave("ok,lost,ok");
  const auto channel = app.scene.open();
  // libcurl itself repeats what broke on a connection that it had kept.
  while (app.scene.send(*channel, message_for({user("a")})).kind != Kind::delivered) {
  }
  REQUIRE(app.receiver.messages().size() == 2);
  CHECK(app.receiver.messages()[1]["repeated"] == true);
}

TEST_CASE("more than a thousand people are written to in several requests") {
  App app;
  std::vector<Addressee> people;
  for (int i = 0; i < 1'500; ++i) people.push_back(user("u" + std::to_string(i)));
  CHECK(app.scene.send(*app.scene.open(), message_for(people)).kind == Kind::delivered);
  const nlohmann::json messages = app.receiver.messages();
  REQUIRE(messages.size() == 2);
  CHECK(messages[0]["to"].size() == 1'000);
  CHECK(messages[1]["to"].size() == 500);
}

TEST_CASE("what WeCom would drop because one person gets too much waits instead") {
  App app;
  const auto channel = app.scene.open();
  for (int i = 0; i < 30; ++i) {
    CHECK(app.scene.send(*channel, message_for({user("a")}, std::to_string(i))).kind == Kind::delivered);
  }
  const Outcome outcome = app.scene.send(*channel, message_for({user("a")}));
  CHECK(outcome.kind == Kind::retry);
  CHECK_FALSE(outcome.whole_channel);
  CHECK(outcome.not_before > 0s);
  CHECK(outcome.not_before <= 1min);
  CHECK(app.scene.send(*channel, message_for({user("b")})).kind == Kind::delivered);
}
