// Receivers that misbehave for long, beside one that works: nothing is lost, nothing else waits, memory
// stays.
#include <asio/io_context.hpp>
#include <catch2/catch.hpp>
#include <fstream>
#include <nlohmann/json.hpp>

#include "delivery/asio_scheduler.hpp"
#include "delivery/channel_scene.hpp"
#include "delivery/dispatcher.hpp"
#include "support/memory_outbox.hpp"
#include "support/webhook_receiver.hpp"

using namespace duban;
using namespace duban::delivery;
using namespace duban::test;
using namespace std::chrono_literals;
using ledger::DeliveryState;

namespace {

long resident_kib() {
  std::ifstream statm("/proc/self/statm");
  long all = 0, resident = 0;
  statm >> all >> resident;
  return resident * 4;
}

struct House {
  asio::io_context loop{1};
  std::unique_ptr<Clock> clock = make_system_clock();
  std::unique_ptr<Scheduler> scheduler = make_asio_scheduler(loop);
  MemoryOutbox outbox{*scheduler, 1ms};
  std::vector<std::unique_ptr<Channel>> channels;
  std::unique_ptr<Dispatcher> dispatcher;

  void add(const std::string& name, const std::string& url, int alerts) {
    ChannelSettings settings;
    settings.name = name;
    settings.type = "webhook";
    settings.url = url;
    settings.timeout = 3s;
    MadeChannel made = make_channel(settings, {loop, *clock, Zone::shanghai()});
    REQUIRE(made.channel);
    channels.push_back(std::move(made.channel));
    for (int i = 0; i < alerts; ++i) {
      const std::string id = "alert-" + std::to_string(outbox.rows.size() + 1);
      outbox.add(name, clock->now(), 0, alert_json(id));
    }
  }
  void start() {
    DispatcherOptions options;
    options.first_retry = 20ms;
    options.longest_retry = 200ms;
    options.longest_probe = 100ms;
    dispatcher = std::make_unique<Dispatcher>(std::vector<Outbox*>{&outbox}, std::move(channels), *clock,
                                              *scheduler, options);
    dispatcher->wake();
  }
  size_t delivered(const std::string& channel) const {
    size_t count = 0;
    for (const auto& [id, row] : outbox.rows) {
      if (row.delivery.channel == channel && row.state == DeliveryState::delivered) ++count;
    }
    return count;
  }
};

}  // namespace

TEST_CASE("a receiver that misbehaves delays no other and loses nothing") {
  const TemporaryFolder folder;
  const std::string key = folder.file("key.pem"), cert = folder.file("cert.pem");
  const std::string command =
      "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=x "
      "-keyout " +
      key + " -out " + cert + " 2>/dev/null";
  REQUIRE(system(command.c_str()) == 0);
  for (const std::string behaviour : {"hang", "drip", "reset", "500", "redirect", "certificate"}) {
    INFO(behaviour);
    const bool tls = behaviour == "certificate";
    WebhookReceiver bad(tls ? std::vector<std::string>{"--tls", cert, key}
                            : std::vector<std::string>{"--behave", behaviour});
    WebhookReceiver good;
    House house;
    house.add("bad", bad.url("/hook", tls ? "https" : "http"), 200);
    house.add("good", good.url(), 200);
    house.start();
    REQUIRE(loop_until(house.loop, [&] { return house.delivered("good") == 200; }));
    CHECK(house.delivered("bad") == 0);
    CHECK(house.outbox.count(DeliveryState::rejected) == 0);
    if (tls) continue;
    bad.behave("ok");
    REQUIRE(loop_until(house.loop, [&] { return house.delivered("bad") == 200; }, 60s));
    CHECK(bad.counts()["distinct"] == 200);
  }
}

TEST_CASE("answers of ten megabytes cost no memory") {
  WebhookReceiver receiver({"--behave", "big"});
  House house;
  house.add("big", receiver.url(), 20);
  const long before = resident_kib();
  house.start();
  REQUIRE(loop_until(house.loop, [&] { return house.delivered("big") == 20; }));
  CHECK(resident_kib() - before < 64 * 1024);
}

TEST_CASE("a mail server that hangs after the mail delays no other channel") {
  WebhookReceiver mail_server({"--behave", "hang-end"}, "mail_receiver.py");
  WebhookReceiver good;
  ChannelScene scene("smtp");
  scene.settings.url = "smtp://127.0.0.1:" + mail_server.get("/_smtp");
  scene.settings.tls = "none";
  scene.settings.from = "duban@example.org";
  scene.settings.timeout = 30s;
  const auto mail = scene.open();
  std::optional<Outcome> outcome;
  mail->send(message_for({officer()}), [&](Outcome o) { outcome = std::move(o); });
  scene.settings.type = "webhook";
  scene.settings.url = good.url();
  const auto hook = scene.open();
  while (mail_server.counts()["requests"] == 0) scene.loop.poll();
  for (int i = 0; i < 50; ++i) {
    CHECK(scene.send(*hook, alert_message(std::to_string(i))).kind == Outcome::Kind::delivered);
  }
  CHECK_FALSE(outcome.has_value());
}
