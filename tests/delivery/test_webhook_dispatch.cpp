#include <asio/io_context.hpp>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "delivery/asio_scheduler.hpp"
#include "delivery/channel_settings.hpp"
#include "delivery/dispatcher.hpp"
#include "support/loop_until.hpp"
#include "support/memory_outbox.hpp"
#include "support/sample_alert.hpp"
#include "support/temporary_folder.hpp"
#include "support/webhook_receiver.hpp"

using namespace duban;
using namespace duban::delivery;
using namespace duban::test;
using namespace std::chrono_literals;
using ledger::DeliveryState;

namespace {

/// Everything real but the outbox.
struct Scene {
  asio::io_context loop{1};
  std::unique_ptr<Clock> clock = make_system_clock();
  std::unique_ptr<Scheduler> scheduler = make_asio_scheduler(loop);
  MemoryOutbox outbox{*scheduler, 1ms};
  std::unique_ptr<Dispatcher> dispatcher;

  void start(const std::string& url, int alerts, Duration limit = 1s) {
    ChannelSettings settings;
    settings.name = "hook";
    settings.type = "webhook";
    settings.url = url;
    settings.timeout = limit;
    MadeChannel made = make_channel(settings, {loop, *clock, Zone::shanghai()});
    REQUIRE(made.channel);
    std::vector<std::unique_ptr<Channel>> channels;
    channels.push_back(std::move(made.channel));
    DispatcherOptions options;
    options.first_retry = 20ms;
    options.longest_retry = 200ms;
    options.longest_probe = 100ms;
    for (int i = 1; i <= alerts; ++i) {
      outbox.add("hook", clock->now(), 0, alert_json("alert-" + std::to_string(i)));
    }
    dispatcher = std::make_unique<Dispatcher>(std::vector<Outbox*>{&outbox}, std::move(channels), *clock,
                                              *scheduler, options);
    dispatcher->wake();
  }
  bool all_delivered() {
    return loop_until(loop, [&] { return outbox.count(DeliveryState::delivered) == outbox.rows.size(); });
  }
  void stop() {
    bool stopped = false;
    dispatcher->stop(1s, [&] { stopped = true; });
    REQUIRE(loop_until(loop, [&] { return stopped; }));
  }
};

}  // namespace

TEST_CASE("two thousand alerts reach a receiver once each over at most 64 connections") {
  Scene scene;
  WebhookReceiver receiver;
  scene.start(receiver.url(), 2'000, 60s);  // no repetition because a machine is slow
  REQUIRE(scene.all_delivered());
  scene.stop();
  const nlohmann::json counts = receiver.counts();
  CHECK(counts["requests"] == 2'000);
  CHECK(counts["distinct"] == 2'000);
  CHECK(counts["most_open"] <= 65);  // one is for the counts
}

TEST_CASE("a receiver that misbehaves in every way gets every alert, repeated only under the same key") {
  Scene scene;
  WebhookReceiver receiver({"--behave", "lost*5,503*3,reset*4,half,429:1,close*2,500*9,404,hang,drip,ok"});
  scene.start(receiver.url(), 300);
  REQUIRE(scene.all_delivered());
  const nlohmann::json counts = receiver.counts();
  CHECK(counts["distinct"] == 300);
  CHECK(counts["repeated"].get<int>() >= 5);  // `lost` and `drip` were taken and not known to be
  CHECK(counts["repeated"].get<int>() <= 6);
  CHECK(counts["conflicts"] == 0);
}

TEST_CASE("alerts wait while the receiver is away and arrive when it is back") {
  Scene scene;
  TemporaryFolder folder;
  auto receiver = std::make_unique<WebhookReceiver>(std::vector<std::string>{"--log", folder.file("log")});
  const std::string port = std::to_string(receiver->port());
  scene.start(receiver->url(), 3'000);
  REQUIRE(loop_until(scene.loop, [&] { return scene.outbox.count(DeliveryState::delivered) > 200; }));
  receiver->kill();
  REQUIRE(loop_until(scene.loop, [&] { return scene.dispatcher->counts()["hook"].stopped; }));
  const uint64_t retried = scene.dispatcher->counts()["hook"].retried;
  REQUIRE(loop_until(scene.loop, [&] { return scene.dispatcher->counts()["hook"].retried > retried + 3; }));
  CHECK(scene.dispatcher->counts()["hook"].retried < 64 + 64);  // probed, not hammered
  receiver = std::make_unique<WebhookReceiver>(std::vector<std::string>{"--port", port});
  REQUIRE(scene.all_delivered());
  CHECK_FALSE(scene.dispatcher->counts()["hook"].stopped);
}

TEST_CASE("a dispatcher destroyed in the middle leaves a loop that ends") {
  Scene scene;
  WebhookReceiver receiver({"--behave", "slow:200"});
  scene.start(receiver.url(), 100);
  REQUIRE(loop_until(scene.loop, [&] { return scene.dispatcher->counts()["hook"].in_flight == 64; }));
  scene.dispatcher.reset();
  scene.scheduler.reset();
  scene.loop.restart();
  CHECK_NOTHROW(scene.loop.run());
}
