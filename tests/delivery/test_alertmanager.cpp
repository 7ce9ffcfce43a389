// The Alertmanager of a house, and programs that its webhooks call: both get what they know.
#include "delivery/channel_scene.hpp"
#include "support/webhook_receiver.hpp"

using namespace duban;
using namespace duban::delivery;
using namespace duban::test;
using namespace std::chrono_literals;
using Kind = Outcome::Kind;
using nlohmann::json;

namespace {

struct House {
  WebhookReceiver receiver;
  ChannelScene scene;

  explicit House(const std::string& type, const std::vector<std::string>& options = {})
      : receiver(options, "alertmanager_receiver.py"), scene(type) {
    scene.settings.url = receiver.url(type == "webhook" ? "/hook" : "");
    scene.settings.payload = "alertmanager";
  }
  Outcome send(Message message) { return scene.send(*scene.open(), std::move(message)); }
  json alerts() const { return receiver.messages()["alerts"]; }
  json hooks() const { return receiver.messages()["hooks"]; }
};

bool has_control(const std::string& text, bool lines) {
  return std::any_of(text.begin(), text.end(), [lines](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && !(lines && c == '\n')) || c == 0x7F;
  });
}

}  // namespace

TEST_CASE("an Alertmanager takes an alert with its labels, its text, its beginning and an end") {
  House house("alertmanager");
  const Instant before = house.scene.clock->now();
  const Outcome outcome = house.send(alert_message());
  INFO(outcome.answer);
  CHECK(outcome.kind == Kind::delivered);
  REQUIRE(house.alerts().size() == 1);
  const json alert = house.alerts()[0];
  CHECK(alert["labels"] == json{{"alertname", "hazard-rectification"},
                                {"severity", "warning"},
                                {"stage", "overdue"},
                                {"level", "urge"},
                                {"kind", "hazard"},
                                {"subject", "H1"},
                                {"unit", "E-1"},
                                {"area", "341004101205"},
                                {"duban_id", "5f-0a1b"}});
  CHECK(alert["annotations"]["summary"].get<std::string>().find("疏散通道堵塞") != std::string::npos);
  CHECK(alert["annotations"]["description"].get<std::string>().find("应于2月7日前整改") != std::string::npos);
  CHECK(alert["startsAt"] == "2023-02-08T01:00:00Z");
  const Instant ends = parse_rfc3339(alert["endsAt"].get<std::string>()).value();
  CHECK(ends >= before + 24h - 1s);
  CHECK(ends <= house.scene.clock->now() + 24h);
}

TEST_CASE("a repetition is the same alert to an Alertmanager, another alert is another") {
  House house("alertmanager");
  CHECK(house.send(alert_message()).kind == Kind::delivered);
  CHECK(house.send(alert_message()).kind == Kind::delivered);
  CHECK(house.alerts().size() == 1);
  CHECK(house.send(alert_message("5f-0a1c")).kind == Kind::delivered);
  CHECK(house.alerts().size() == 2);
}

TEST_CASE("a token is shown to an Alertmanager, and a wrong one stops the channel") {
  House house("alertmanager", {"--token", "t-1"});
  house.scene.settings.token_file = house.scene.folder.write("token", "t-1\n");
  CHECK(house.send(alert_message()).kind == Kind::delivered);
  house.scene.settings.token_file = house.scene.folder.write("token", "t-2\n");
  const Outcome refused = house.send(alert_message());
  CHECK(refused.kind == Kind::retry);
  CHECK(refused.whole_channel);
  CHECK(refused.answer.find("t-2") == std::string::npos);
}

TEST_CASE("what an Alertmanager refuses is rejected with its words, and waits if it is not there") {
  House house("alertmanager");
  house.scene.settings.url = house.receiver.behaving("400");
  CHECK(house.send(alert_message()).kind == Kind::rejected);
  house.scene.settings.url = house.receiver.behaving("404");
  CHECK(house.send(alert_message()).whole_channel);
  house.receiver.kill();
  CHECK(house.send(alert_message()).whole_channel);
  house.scene.settings.resolve_after = 0s;
  CHECK(house.scene.error() == "resolve_after: expected more than zero");
}

TEST_CASE("a webhook receiver of Alertmanager's finds all that it expects") {
  House house("webhook");
  const Outcome outcome = house.send(alert_message());
  INFO(outcome.answer);
  CHECK(outcome.kind == Kind::delivered);
  REQUIRE(house.hooks().size() == 1);
  const json hook = house.hooks()[0];
  CHECK(hook["receiver"] == "duty");
  CHECK(hook["groupLabels"] == json{{"alertname", "hazard-rectification"}});
  CHECK(hook["groupKey"] == "{}:{duban_id=\"5f-0a1b\"}");
  REQUIRE(hook["alerts"].size() == 1);
  CHECK(hook["alerts"][0]["labels"] == hook["commonLabels"]);
  CHECK(hook["alerts"][0]["labels"]["severity"] == "warning");
  CHECK(hook["alerts"][0]["endsAt"] == "0001-01-01T00:00:00Z");  // it fires
  CHECK(house.send(alert_message()).kind == Kind::delivered);
  CHECK(house.hooks()[1]["alerts"][0]["fingerprint"] == hook["alerts"][0]["fingerprint"]);
}

TEST_CASE("a message to people is one alert of Alertmanager's with the words of the message") {
  House house("webhook");
  Message message = message_for({officer()});
  message.body = R"({"id":"5f-0a1b","at":"2023-02-08T09:00:00+08:00","title":"逾期未整改","alerts":[]})";
  CHECK(house.send(message).kind == Kind::delivered);
  const json alert = house.hooks()[0]["alerts"][0];
  CHECK(alert["labels"] == json{{"alertname", "duban"}, {"severity", "serious"}, {"duban_id", "5f-0a1b"}});
  CHECK(alert["annotations"]["description"] == "某茶叶加工厂:疏散通道堵塞\n应于2月7日前整改");
}

TEST_CASE("hostile titles stay values of labels and annotations, and Alertmanager takes them") {
  for (const char* type : {"alertmanager", "webhook"}) {
    House house(type);
    const auto channel = house.scene.open();
    size_t number = 0;
    for (const std::string& title : hostile_titles()) {
      const Outcome outcome = house.scene.send(*channel, hostile_alert(title, ++number));
      INFO(title << ": " << outcome.answer);
      CHECK(outcome.kind == Kind::delivered);
    }
    json all = house.alerts();
    for (const json& hook : house.hooks()) all.push_back(hook["alerts"][0]);
    CHECK(all.size() == hostile_titles().size());
    for (const json& alert : all) {
      for (const auto& [name, value] : alert["labels"].items()) CHECK_FALSE(has_control(value, false));
      CHECK_FALSE(has_control(alert["annotations"]["summary"], false));
      CHECK_FALSE(has_control(alert["annotations"]["description"], true));
    }
  }
}
