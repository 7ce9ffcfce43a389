#include <stdlib.h>

#include <asio/io_context.hpp>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "delivery/channel_settings.hpp"
#include "delivery/webhook.hpp"
#include "ledger/dead_letter_json.hpp"
#include "support/loop_until.hpp"
#include "support/sample_alert.hpp"
#include "support/temporary_folder.hpp"
#include "support/webhook_receiver.hpp"

using namespace duban;
using namespace duban::delivery;
using namespace duban::test;
using namespace std::chrono_literals;
using Kind = Outcome::Kind;

namespace {

struct Scene {
  asio::io_context loop{1};
  std::unique_ptr<Clock> clock = make_system_clock();
  TemporaryFolder folder;
  ChannelSettings settings;

  Scene() {
    settings.name = "duty";
    settings.type = "webhook";
    settings.timeout = 5s;
  }
  std::unique_ptr<Channel> open(const std::string& url) {
    settings.url = url;
    MadeChannel made = make_channel(settings, {loop, *clock, Zone::shanghai()});
    INFO(made.error);
    REQUIRE(made.channel);
    return std::move(made.channel);
  }
  Outcome send(Channel& channel, Message message = alert_message()) {
    std::optional<Outcome> outcome;
    channel.send(std::move(message), [&](Outcome o) { outcome = std::move(o); });
    REQUIRE(loop_until(loop, [&] { return outcome.has_value(); }));
    return *outcome;
  }
  Outcome send_to(const std::string& url) { return send(*open(url)); }
  nlohmann::json logged(const std::string& name, size_t line) {
    std::istringstream lines(folder.read(name));
    std::string text;
    for (size_t i = 0; i <= line; ++i) std::getline(lines, text);
    return nlohmann::json::parse(text);
  }
};

}  // namespace

TEST_CASE("a webhook gets the alert as a signed CloudEvent under its id as idempotency key") {
  Scene scene;
  scene.settings.secret_file = scene.folder.write("secret", "shibboleth\n");
  scene.settings.token_file = scene.folder.write("token", "t0ken");
  WebhookReceiver receiver(
      {"--secret-file", scene.settings.secret_file, "--log", scene.folder.file("log"), "--bodies"});
  const Outcome outcome = scene.send_to(receiver.url());
  CHECK(outcome.kind == Kind::delivered);
  CHECK(outcome.answer == R"(HTTP 200: {"ok":true})");
  CHECK(receiver.counts()["distinct"] == 1);

  const nlohmann::json request = scene.logged("log", 0);
  CHECK(request["signature"] == "good");
  CHECK(request["headers"]["idempotency-key"] == "5f-0a1b");
  CHECK(request["headers"]["content-type"] == "application/cloudevents+json; charset=utf-8");
  CHECK(request["headers"]["authorization"] == "Bearer t0ken");
  CHECK(request["headers"].count("expect") == 0);
  const nlohmann::json event = nlohmann::json::parse(request["body"].get<std::string>());
  CHECK(event["specversion"] == "1.0");
  CHECK(event["id"] == "5f-0a1b");
  CHECK(event["source"] == "/duban");
  CHECK(event["type"] == "alert.dispatched");
  CHECK(event["subject"] == "H1");
  CHECK(event["time"] == "2023-02-08T09:00:00+08:00");
  CHECK(event["data"] == nlohmann::json::parse(alert_json("5f-0a1b")));
}

TEST_CASE("the signature is an HMAC-SHA256 over time and body") {
  // printf '1700000000.{"a":1}' | openssl dgst -sha256 -hmac key
  CHECK(signature("key", instant_of_ms(1'700'000'000'999), R"({"a":1})") ==
        "t=1700000000,v1=a438e398bfafc57e4396bb7fc2304422f0f768e965d073ca313cb52e22e6ad03");
}

TEST_CASE("a wrong secret stops the channel instead of rejecting alert after alert") {
  Scene scene;
  WebhookReceiver receiver({"--secret-file", scene.folder.write("theirs", "right")});
  scene.settings.secret_file = scene.folder.write("ours", "wrong");
  const Outcome outcome = scene.send_to(receiver.url());
  CHECK(outcome.kind == Kind::retry);
  CHECK(outcome.whole_channel);
  CHECK(outcome.answer.find("HTTP 401") == 0);
  CHECK(outcome.answer.find("secret_file") != std::string::npos);
  CHECK(outcome.answer.find("wrong") == std::string::npos);
}

TEST_CASE("a proposal and a dead letter say what they are") {
  Scene scene;
  WebhookReceiver receiver({"--log", scene.folder.file("log"), "--bodies"});
  const auto channel = scene.open(receiver.url());
  const auto type_of = [&](const std::string& key, std::string body, size_t line) {
    Message message = alert_message(key);
    message.body = std::move(body);
    CHECK(scene.send(*channel, message).kind == Kind::delivered);
    receiver.counts();  // writes its log
    return nlohmann::json::parse(scene.logged("log", line)["body"].get<std::string>());
  };
  CHECK(type_of("1", alert_json("1", true, "interview"), 0)["type"] == "escalation.proposed");
  CHECK(type_of("2", alert_json("2", true, "listing"), 1)["type"] == "supervision.proposed");
  ledger::DeadLetter letter;
  letter.topic = "hazards";
  letter.offset = 7;
  letter.payload = "\xff";
  const nlohmann::json event = type_of("hazards/0/7", ledger::dead_letter_json(letter), 2);
  CHECK(event["type"] == "deadletter.recorded");
  CHECK(event["subject"] == "hazards/0/7");
  CHECK(event["data"]["dead_letter"]["payload_base64"] == "/w==");
}

TEST_CASE("a stored alert that cannot be read is rejected, not sent") {
  Scene scene;
  WebhookReceiver receiver;
  const auto channel = scene.open(receiver.url());
  Message message = alert_message();
  message.body = "{broken";
  CHECK(scene.send(*channel, message).kind == Kind::rejected);
  CHECK(receiver.counts()["requests"] == 0);
}

TEST_CASE("what a receiver does decides what becomes of the delivery") {
  struct Row {
    const char* behaviour;
    Kind kind;
    bool whole_channel;
    Duration not_before;
  };
  Scene scene;
  WebhookReceiver receiver;
  for (const Row& row : {Row{"204", Kind::delivered, false, 0s},      Row{"big", Kind::delivered, false, 0s},
                         Row{"slow:100", Kind::delivered, false, 0s}, Row{"500", Kind::retry, false, 0s},
                         Row{"500:3", Kind::retry, false, 3s},        Row{"502", Kind::retry, false, 0s},
                         Row{"408", Kind::retry, false, 0s},          Row{"409", Kind::retry, false, 0s},
                         Row{"425", Kind::retry, false, 0s},          Row{"429:7", Kind::retry, true, 7s},
                         Row{"429", Kind::retry, true, 0s},           Row{"503:2", Kind::retry, true, 2s},
                         Row{"503:99999999", Kind::retry, true, 1h},  Row{"redirect", Kind::retry, true, 0s},
                         Row{"401", Kind::retry, true, 0s},           Row{"404", Kind::retry, true, 0s},
                         Row{"410", Kind::retry, true, 0s},           Row{"400", Kind::rejected, false, 0s},
                         Row{"413", Kind::rejected, false, 0s},       Row{"422", Kind::rejected, false, 0s},
                         Row{"hang", Kind::retry, false, 0s},         Row{"drip", Kind::retry, false, 0s},
                         Row{"reset", Kind::retry, false, 0s},        Row{"close", Kind::retry, false, 0s},
                         Row{"half", Kind::retry, false, 0s},         Row{"lost", Kind::retry, false, 0s}}) {
    const bool endless = row.behaviour == std::string("hang") || row.behaviour == std::string("drip");
    scene.settings.timeout = endless ? Duration(400ms) : Duration(30s);
    const Outcome outcome = scene.send_to(receiver.behaving(row.behaviour));
    INFO(row.behaviour << ": " << outcome.answer);
    CHECK(outcome.kind == row.kind);
    CHECK(outcome.whole_channel == row.whole_channel);
    CHECK(outcome.not_before == row.not_before);
    CHECK(outcome.answer.size() <= 512);
    CHECK_FALSE(outcome.answer.empty());
  }
  CHECK(receiver.counts()["requests"] == 26);  // no redirect was followed, nothing repeated behind our back
}

TEST_CASE("where nobody listens the whole channel waits") {
  Scene scene;
  WebhookReceiver receiver;
  const std::string url = receiver.url();
  receiver.kill();
  const Outcome outcome = scene.send_to(url);
  CHECK(outcome.kind == Kind::retry);
  CHECK(outcome.whole_channel);
  CHECK(outcome.answer.find("onnect") != std::string::npos);
}

TEST_CASE("connections are kept and used again") {
  Scene scene;
  WebhookReceiver receiver;
  const auto channel = scene.open(receiver.url());
  size_t sent = 0, done = 0;
  std::function<void()> next = [&] {
    if (sent == 400) return;
    channel->send(alert_message(std::to_string(sent++)), [&](const Outcome& outcome) {
      CHECK(outcome.kind == Kind::delivered);
      ++done;
      next();
    });
  };
  for (int i = 0; i < 4; ++i) next();
  REQUIRE(loop_until(scene.loop, [&] { return done == 400; }));
  const nlohmann::json counts = receiver.counts();
  CHECK(counts["distinct"] == 400);
  CHECK(counts["connections"] <= 5);  // one of them is for the counts
}

TEST_CASE("a connection that the receiver closed in the meantime costs no alert") {
  Scene scene;
  WebhookReceiver first;
  const auto channel = scene.open(first.url());
  CHECK(scene.send(*channel).kind == Kind::delivered);
  const std::string port = std::to_string(first.port());
  first.kill();
  WebhookReceiver second({"--port", port});
  CHECK(scene.send(*channel).kind == Kind::delivered);
}

TEST_CASE("closing waits for what is under way and gives up what takes too long") {
  Scene scene;
  WebhookReceiver receiver;
  const auto slow = scene.open(receiver.behaving("slow:300"));
  const auto hung = scene.open(receiver.behaving("hang"));
  std::optional<Outcome> from_slow, from_hung;
  bool slow_closed = false, hung_closed = false;
  slow->send(alert_message("a"), [&](Outcome o) { from_slow = std::move(o); });
  hung->send(alert_message("b"), [&](Outcome o) { from_hung = std::move(o); });
  slow->close(20s, [&] { slow_closed = true; });
  hung->close(500ms, [&] { hung_closed = true; });
  REQUIRE(loop_until(scene.loop, [&] { return slow_closed && hung_closed; }, 10s));
  REQUIRE(from_slow.has_value());
  CHECK(from_slow->kind == Kind::delivered);
  REQUIRE(from_hung.has_value());
  CHECK(from_hung->kind == Kind::retry);
  CHECK(from_hung->answer.find("given up") == 0);
}

TEST_CASE("a channel that is destroyed with requests under way calls nobody") {
  Scene scene;
  WebhookReceiver receiver;
  bool called = false;
  {
    const auto channel = scene.open(receiver.behaving("slow:50"));
    for (int i = 0; i < 10; ++i) channel->send(alert_message(), [&](const Outcome&) { called = true; });
    loop_until(scene.loop, [&] { return receiver.counts()["requests"] == 10; });
    channel->close(10s, [&] { called = true; });
  }
  scene.loop.restart();
  scene.loop.run();  // ends by itself: nothing is left behind on the loop
  CHECK_FALSE(called);
}

TEST_CASE("a proxy of the environment is not used") {
  Scene scene;
  WebhookReceiver receiver;
  setenv("http_proxy", "http://127.0.0.1:1", 1);
  const Outcome outcome = scene.send_to(receiver.url());
  unsetenv("http_proxy");
  CHECK(outcome.kind == Kind::delivered);
}

TEST_CASE("a certificate must be trusted and bear the receiver's name") {
  Scene scene;
  const auto certificate = [&](const std::string& name, const std::string& subject) {
    const std::string command =
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 "
        "-subj /CN=receiver -addext subjectAltName=" +
        subject + " -keyout " + scene.folder.file(name + ".key") + " -out " +
        scene.folder.file(name + ".pem") + " 2>/dev/null";
    REQUIRE(system(command.c_str()) == 0);
    return std::vector<std::string>{"--tls", scene.folder.file(name + ".pem"),
                                    scene.folder.file(name + ".key")};
  };
  WebhookReceiver good(certificate("good", "IP:127.0.0.1"));
  WebhookReceiver other(certificate("other", "DNS:elsewhere.example"));

  const Outcome untrusted = scene.send_to(good.url("/hook", "https"));
  CHECK(untrusted.kind == Kind::retry);
  CHECK(untrusted.whole_channel);
  CHECK(untrusted.answer.find("certificate") != std::string::npos);

  scene.settings.ca_file = scene.folder.file("good.pem");
  CHECK(scene.send_to(good.url("/hook", "https")).kind == Kind::delivered);

  scene.settings.ca_file = scene.folder.file("other.pem");
  const Outcome misnamed = scene.send_to(other.url("/hook", "https"));
  CHECK(misnamed.kind == Kind::retry);
  CHECK(misnamed.whole_channel);
}

TEST_CASE("settings of a webhook that cannot work are refused with the reason") {
  Scene scene;
  const auto error = [&] {
    return make_channel(scene.settings, {scene.loop, *scene.clock, Zone::shanghai()}).error;
  };
  scene.settings.url = "ftp://example.org/";
  CHECK(error().find("url: expected http") == 0);
  scene.settings.url = "https://example.org/";
  CHECK(error().empty());
  scene.settings.secret_file = scene.folder.file("absent");
  CHECK(error() == scene.settings.secret_file + " cannot be read: No such file or directory");
  scene.settings.secret_file = scene.folder.write("empty", "\n");
  CHECK(error() == scene.settings.secret_file + " is empty; a secret on one line was expected");
  scene.settings.secret_file = scene.folder.write("long", std::string(5'000, 'x'));
  CHECK(error().find("longer than 4096 bytes") != std::string::npos);
  scene.settings.type = "webhok";
  CHECK(error() == "unknown type 'webhok'; did you mean 'webhook'?");
}
