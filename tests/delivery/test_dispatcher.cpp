#include <catch2/catch.hpp>
#include <set>

#include "delivery/dispatcher.hpp"
#include "support/memory_outbox.hpp"
#include "support/scripted_channel.hpp"
#include "support/virtual_scheduler.hpp"

using namespace duban;
using namespace duban::delivery;
using namespace duban::test;
using namespace std::chrono_literals;
using ledger::DeliveryState;

namespace {

/// One outbox, any channels, a dispatcher.
struct Scene {
  VirtualScheduler scheduler;
  MemoryOutbox outbox{scheduler, 20ms};
  std::map<std::string, Receiver> receivers;
  std::unique_ptr<Dispatcher> dispatcher;

  std::unique_ptr<Channel> channel(const std::string& name, size_t concurrency) {
    return std::make_unique<ScriptedChannel>(name, concurrency, receivers[name], scheduler,
                                             scheduler.clock());
  }
  void start(const std::map<std::string, size_t>& channels, DispatcherOptions options = {}) {
    std::vector<std::unique_ptr<Channel>> made;
    for (const auto& [name, concurrency] : channels) made.push_back(channel(name, concurrency));
    dispatcher = std::make_unique<Dispatcher>(std::vector<Outbox*>{&outbox}, std::move(made),
                                              scheduler.clock(), scheduler, options);
    dispatcher->wake();
  }
  void add(const std::string& name, int count, uint8_t severity = 0) {
    for (int i = 0; i < count; ++i) outbox.add(name, scheduler.now(), severity);
  }
  std::vector<int64_t> order(const std::string& name) {
    std::vector<int64_t> ids;
    for (const auto& attempt : receivers[name].attempts) ids.push_back(attempt.message.delivery);
    return ids;
  }
};

}  // namespace

TEST_CASE("every delivery is sent once, with its alert's id as key, and settled") {
  Scene scene;
  scene.add("hook", 5'000);
  scene.start({{"hook", 16}});
  scene.scheduler.run_for(60s);
  CHECK(scene.outbox.count(DeliveryState::delivered) == 5'000);
  CHECK(scene.receivers["hook"].most_under_way == 16);
  std::set<std::string> keys;
  for (const auto& attempt : scene.receivers["hook"].attempts) keys.insert(attempt.message.key);
  CHECK(keys.size() == 5'000);
  CHECK(scene.receivers["hook"].attempts.size() == 5'000);
  CHECK(scene.dispatcher->counts()["hook"].delivered == 5'000);
  CHECK(scene.dispatcher->counts()["hook"].in_flight == 0);
  const ledger::Receipt& receipt = scene.outbox.rows.at(1).receipts.at(0);
  CHECK(receipt.answer == "ok");
  CHECK(receipt.latency_ms == 10);
}

TEST_CASE("a channel that answers within send() neither recurses nor loses anything") {
  Scene scene;
  scene.receivers["console"].latency = [] { return Duration{-1}; };
  scene.add("console", 5'000);
  scene.start({{"console", 1}});
  scene.scheduler.run_for(1h);
  CHECK(scene.outbox.count(DeliveryState::delivered) == 5'000);
  CHECK(scene.receivers["console"].attempts.size() == 5'000);
}

TEST_CASE("nothing is read from the outbox while nothing happens") {
  Scene scene;
  scene.add("hook", 10);
  scene.start({{"hook", 4}});
  scene.scheduler.run_for(1s);
  const size_t fetches = scene.outbox.fetches;
  scene.scheduler.run_for(10min);
  CHECK(scene.outbox.fetches - fetches <= 11);  // once a minute, for a clock that is set
}

TEST_CASE("an alert raised while the outbox is being read is sent at once too") {
  Scene scene;
  scene.start({{"hook", 4}});
  scene.scheduler.run_for(15ms);  // it was read at 10 ms and is answered at 20
  scene.add("hook", 1);
  scene.dispatcher->wake();
  scene.scheduler.run_for(50ms);
  CHECK(scene.outbox.count(DeliveryState::delivered) == 1);
}

TEST_CASE("the most severe goes first, then the oldest, also when it comes later") {
  Scene scene;
  scene.add("hook", 100, 0);
  scene.add("hook", 3, 2);
  scene.start({{"hook", 1}});
  scene.scheduler.run_for(100ms);
  scene.add("hook", 1, 3);
  scene.dispatcher->wake();
  scene.scheduler.run_for(10s);
  const std::vector<int64_t> order = scene.order("hook");
  REQUIRE(order.size() == 104);
  CHECK(std::vector<int64_t>(order.begin(), order.begin() + 4) == std::vector<int64_t>{101, 102, 103, 1});
  const auto critical = std::find(order.begin(), order.end(), 104);
  CHECK(critical - order.begin() < 15);
  CHECK(std::is_sorted(critical + 1, order.end()));
}

TEST_CASE("a channel that never answers starves no other") {
  Scene scene;
  scene.receivers["dead"].answer = [](auto&) { return std::nullopt; };
  scene.add("dead", 10'000, 3);
  scene.add("hook", 1'000);
  scene.start({{"dead", 8}, {"hook", 8}});
  scene.scheduler.run_for(5s);
  CHECK(scene.receivers["dead"].attempts.size() == 8);
  CHECK(scene.outbox.count(DeliveryState::delivered) == 1'000);
}

TEST_CASE("a delivery that fails alone is repeated with growing pauses, for ever") {
  Scene scene;
  scene.receivers["hook"].answer = [](const Message& m) {
    return m.delivery == 1 ? Outcome::retry("HTTP 500") : Outcome::delivered("ok");
  };
  scene.add("hook", 1);
  scene.start({{"hook", 4}});
  for (int i = 0; i < 12 * 60 * 2; ++i) {  // others get through all the time
    scene.add("hook", 1);
    scene.dispatcher->wake();
    scene.scheduler.run_for(5s);
  }
  std::vector<Instant> tries;
  for (const auto& a : scene.receivers["hook"].attempts) {
    if (a.message.delivery == 1) tries.push_back(a.at);
  }
  REQUIRE(tries.size() > 20);
  CHECK(tries.size() < 60);
  CHECK(tries[1] - tries[0] >= 500ms);
  CHECK(tries[1] - tries[0] <= 1'200ms);
  for (size_t i = 12; i < tries.size(); ++i) {
    CHECK(tries[i] - tries[i - 1] >= 150s);
    CHECK(tries[i] - tries[i - 1] <= 301s);
  }
  CHECK(scene.outbox.rows.at(1).state == DeliveryState::pending);
  CHECK(scene.outbox.rows.at(1).receipts.size() == tries.size());
  CHECK_FALSE(scene.dispatcher->counts()["hook"].stopped);
}

TEST_CASE("a pause that the receiver asks for is kept by the whole channel") {
  Scene scene;
  Receiver& hook = scene.receivers["hook"];
  const Instant free = scene.scheduler.now() + 90s;
  hook.answer = [&](auto&) {
    return scene.scheduler.now() < free ? Outcome::stop("HTTP 429", 90s) : Outcome::delivered("ok");
  };
  scene.add("hook", 1'000);
  scene.start({{"hook", 8}});
  scene.scheduler.run_for(89s);
  CHECK(hook.attempts.size() == 8);
  scene.scheduler.run_for(10s);
  CHECK(scene.outbox.count(DeliveryState::delivered) == 1'000);
}

TEST_CASE("a pause longer than an hour is cut to an hour") {
  Scene scene;
  Receiver& hook = scene.receivers["hook"];
  hook.answer = [](auto&) { return Outcome::stop("HTTP 503", std::chrono::hours(24 * 365)); };
  scene.add("hook", 1);
  scene.start({{"hook", 1}});
  scene.scheduler.run_for(10h + 1min);
  CHECK(hook.attempts.size() == 11);
}

TEST_CASE("a receiver that is down is probed, and the backlog goes out at once when it is back") {
  Scene scene;
  Receiver& hook = scene.receivers["hook"];
  bool up = false;
  hook.answer = [&](auto&) { return up ? Outcome::delivered("ok") : Outcome::retry("timed out"); };
  scene.add("hook", 10'000);
  scene.start({{"hook", 64}});
  scene.scheduler.run_for(2h);
  CHECK(hook.attempts.size() > 300);  // it does probe: every 15 s at most
  CHECK(hook.attempts.size() < 64 + 2 * 3600 / 7);
  CHECK(scene.dispatcher->counts()["hook"].stopped);
  CHECK(scene.dispatcher->counts()["hook"].last_failure == "timed out");
  up = true;
  scene.scheduler.run_for(25s);
  CHECK(scene.outbox.count(DeliveryState::delivered) == 10'000);
  CHECK_FALSE(scene.dispatcher->counts()["hook"].stopped);
}

TEST_CASE("a probe is never late, although the outbox was asked just before") {
  Duration longest{0};
  for (uint64_t seed = 1; seed <= 300; ++seed) {
    Scene scene;
    Receiver& hook = scene.receivers["hook"];
    hook.answer = [](auto&) { return Outcome::retry("timed out"); };
    scene.add("hook", 8);
    DispatcherOptions options;
    options.seed = seed;
    options.first_retry = options.longest_retry = options.longest_probe = 100ms;
    scene.start({{"hook", 8}}, options);
    scene.scheduler.run_for(10s);
    REQUIRE(hook.attempts.size() > 50);
    for (size_t i = 1; i < hook.attempts.size(); ++i) {
      longest = std::max<Duration>(longest, hook.attempts[i].at - hook.attempts[i - 1].at);
    }
  }
  CHECK(longest <= 100ms + 10ms + 2 * 20ms);  // the pause, the attempt, an answer of the outbox and the next
}

TEST_CASE("what the receiver cannot digest does not keep its channel stopped") {
  Scene scene;
  Receiver& hook = scene.receivers["hook"];
  hook.answer = [](const Message& m) {
    return m.delivery <= 10 ? Outcome::retry("HTTP 500") : Outcome::delivered("ok");
  };
  scene.add("hook", 10, 3);
  scene.add("hook", 2'000);
  scene.start({{"hook", 8}});
  scene.scheduler.run_for(2min);
  CHECK(scene.outbox.count(DeliveryState::delivered) == 2'000);
  CHECK(scene.outbox.count(DeliveryState::pending) == 10);
}

TEST_CASE("what is rejected waits for a person and is not sent again") {
  Scene scene;
  scene.receivers["hook"].answer = [](auto&) { return Outcome::rejected("HTTP 422: no such person"); };
  scene.add("hook", 20);
  scene.start({{"hook", 4}});
  scene.scheduler.run_for(1h);
  CHECK(scene.receivers["hook"].attempts.size() == 20);
  CHECK(scene.outbox.count(DeliveryState::rejected) == 20);
  CHECK(scene.outbox.rows.at(1).receipts.at(0).answer == "HTTP 422: no such person");
  CHECK_FALSE(scene.dispatcher->counts()["hook"].stopped);
}

TEST_CASE("receipts that could not be stored are brought again, and nothing is sent again meanwhile") {
  Scene scene;
  scene.add("hook", 50);
  scene.start({{"hook", 50}});
  scene.scheduler.run_for(25ms);
  CHECK(scene.receivers["hook"].attempts.size() == 50);
  scene.outbox.disk_full = true;
  for (int i = 0; i < 60; ++i) {
    scene.scheduler.run_for(10s);
    scene.dispatcher->wake();
  }
  CHECK(scene.outbox.count(DeliveryState::delivered) == 0);
  scene.outbox.disk_full = false;
  scene.scheduler.run_for(5s);
  CHECK(scene.outbox.count(DeliveryState::delivered) == 50);
  CHECK(scene.receivers["hook"].attempts.size() == 50);
}

TEST_CASE("alerts for a channel that settings do not name wait until they name it") {
  Scene scene;
  scene.add("removed", 5);
  scene.add("hook", 5);
  scene.start({{"hook", 4}});
  scene.scheduler.run_for(1h);
  CHECK(scene.outbox.count(DeliveryState::delivered) == 5);
  CHECK(scene.dispatcher->unknown_channels() == std::set<std::string>{"removed"});

  std::vector<std::unique_ptr<Channel>> channels;
  channels.push_back(scene.channel("removed", 1));
  scene.dispatcher->replace(std::move(channels), 1s);
  scene.scheduler.run_for(2s);
  CHECK(scene.outbox.count(DeliveryState::delivered) == 10);
  CHECK(scene.dispatcher->unknown_channels().empty());
}

TEST_CASE("a reload sends nothing twice and leaves nothing behind") {
  Scene scene;
  scene.receivers["hook"].latency = [] { return Duration{700}; };
  scene.add("hook", 200);
  scene.start({{"hook", 8}});
  for (int i = 0; i < 10; ++i) {
    scene.scheduler.run_for(300ms);
    std::vector<std::unique_ptr<Channel>> channels;
    channels.push_back(scene.channel("hook", 8));
    scene.dispatcher->replace(std::move(channels), 1s);
  }
  scene.scheduler.run_for(5min);
  CHECK(scene.outbox.count(DeliveryState::delivered) == 200);
  CHECK(scene.receivers["hook"].attempts.size() == 200);
}

TEST_CASE("stop lets finish what is under way, gives up the rest and stores the last receipts") {
  Scene scene;
  scene.receivers["slow"].latency = [] { return Duration{900}; };
  scene.receivers["hung"].answer = [](auto&) { return std::nullopt; };
  scene.add("slow", 100);
  scene.add("hung", 100);
  scene.start({{"slow", 4}, {"hung", 4}});
  scene.scheduler.run_for(500ms);
  bool stopped = false;
  scene.dispatcher->stop(1s, [&] { stopped = true; });
  scene.scheduler.run_for(900ms);
  CHECK_FALSE(stopped);
  scene.scheduler.run_for(200ms);
  CHECK(stopped);
  CHECK(scene.outbox.count(DeliveryState::delivered) == 4);
  CHECK(scene.receivers["slow"].attempts.size() == 4);
  CHECK(scene.receivers["hung"].attempts.size() == 4);
  CHECK(scene.outbox.rows.at(101).receipts.at(0).answer == "given up");
  CHECK(scene.outbox.rows.at(101).state == DeliveryState::pending);
}

TEST_CASE("stop ends in time although the outbox never answers again") {
  Scene scene;
  scene.add("hook", 4);
  scene.start({{"hook", 4}});
  scene.scheduler.run_for(21ms);
  scene.scheduler.forget_everything();
  bool stopped = false;
  scene.dispatcher->stop(1s, [&] { stopped = true; });
  scene.scheduler.run_for(2s);
  CHECK(stopped);
}

TEST_CASE("the same seed gives the same instants") {
  const auto instants = [](uint64_t seed) {
    Scene scene;
    scene.receivers["hook"].answer = [](auto&) { return Outcome::retry("HTTP 500"); };
    scene.add("hook", 3);
    DispatcherOptions options;
    options.seed = seed;
    scene.start({{"hook", 2}}, options);
    scene.scheduler.run_for(1h);
    std::vector<Instant> at;
    for (const auto& attempt : scene.receivers["hook"].attempts) at.push_back(attempt.at);
    return at;
  };
  CHECK(instants(1) == instants(1));
  CHECK(instants(1) != instants(2));
}
