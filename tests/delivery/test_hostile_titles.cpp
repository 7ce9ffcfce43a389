// What somebody writes into a title stays a value, in the channels that take alerts as they are: no line, no
// header, no record of its own. (Those for people have such tests beside their others.)
#include <sstream>

#include "delivery/channel_scene.hpp"
#include "delivery/mock_broker.hpp"
#include "support/webhook_receiver.hpp"

using namespace duban;
using namespace duban::delivery;
using namespace duban::test;
using Kind = Outcome::Kind;
using nlohmann::json;

namespace {

void send_all(ChannelScene& scene, delivery::Channel& channel) {
  size_t number = 0;
  for (const std::string& title : hostile_titles()) {
    const Outcome outcome = scene.send(channel, hostile_alert(title, ++number));
    INFO(title << ": " << outcome.answer);
    CHECK(outcome.kind == Kind::delivered);
  }
}

std::string title_of(size_t number) {
  return json::parse(hostile_alert(hostile_titles()[number - 1], number).body)["subject"]["title"];
}

}  // namespace

TEST_CASE("a webhook's body has every title as it is, and its headers are those that it always has") {
  ChannelScene scene("webhook");
  WebhookReceiver receiver({"--log", scene.folder.file("log"), "--bodies"});
  scene.settings.url = receiver.url();
  send_all(scene, *scene.open());
  CHECK(receiver.counts()["bad_request"] == 0);
  std::istringstream lines(scene.folder.read("log"));
  size_t number = 0;
  for (std::string line; std::getline(lines, line);) {
    const json request = json::parse(line);
    CHECK(request["key"] == "5f-" + std::to_string(++number));
    CHECK(request["headers"].size() == 6);  // host, content-type, content-length, user-agent, accept, the key
    CHECK(json::parse(request["body"].get<std::string>())["data"]["subject"]["title"] == title_of(number));
  }
  CHECK(number == hostile_titles().size());
}

TEST_CASE("a file has one line for each alert, whatever its title") {
  ChannelScene scene("file");
  scene.settings.path = scene.folder.file("alerts");
  send_all(scene, *scene.open());
  std::istringstream lines(scene.folder.read("alerts"));
  size_t number = 0;
  for (std::string line; std::getline(lines, line);) {
    const json alert = json::parse(line);
    CHECK(alert["id"] == "5f-" + std::to_string(++number));
    CHECK(alert["subject"]["title"] == title_of(number));
  }
  CHECK(number == hostile_titles().size());
}

TEST_CASE("a record of Kafka has every title as it is, and the headers that it always has") {
  MockBroker broker;
  broker.create_topic("alerts", 1);
  ChannelScene scene("kafka");
  scene.settings.topic = "alerts";
  scene.settings.properties = {{"bootstrap.servers", broker.address()}, {"linger.ms", "0"}};
  send_all(scene, *scene.open());
  const std::vector<ReadRecord> records = broker.read("alerts", 1, hostile_titles().size());
  REQUIRE(records.size() == hostile_titles().size());
  for (size_t i = 0; i < records.size(); ++i) {
    CHECK(records[i].header("ce_id") == "5f-" + std::to_string(i + 1));
    CHECK(records[i].headers.size() == records[0].headers.size());
    CHECK(records[i].key == title_of(i + 1));
    CHECK(json::parse(records[i].value)["subject"]["title"] == title_of(i + 1));
  }
}

TEST_CASE("a message of a WeCom app calls nobody and links nowhere, whatever a title says") {
  WebhookReceiver receiver({"--service", "wecom-app", "--secret", "s"}, "chat_receiver.py");
  ChannelScene scene("wecom-app");
  scene.settings.url = receiver.url("");
  scene.settings.corp_id = "ww1";
  scene.settings.agent_id = "1000002";
  scene.settings.secret_file = scene.folder.write("secret", "s");
  const auto channel = scene.open();
  for (const std::string& title : hostile_titles())
    CHECK(scene.send(*channel, message_for({officer()}, title, title)).kind == Kind::delivered);
  CHECK(receiver.messages().size() >= hostile_titles().size());
  for (const json& message : receiver.messages()) {
    const std::string text = message["text"];
    INFO(text);
    CHECK(message["to"] == json{"wangxm"});
    CHECK(text.find("<a") == std::string::npos);  // the one mark that the app's texts know
    CHECK(text.find('<') == std::string::npos);
    CHECK(text.find('\x1b') == std::string::npos);
    CHECK(text.find("\xE2\x80\xAE") == std::string::npos);
  }
}
