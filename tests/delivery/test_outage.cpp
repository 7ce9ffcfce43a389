// Two hours of 500 on a virtual clock, beside channels that work.
#include <catch2/catch.hpp>
#include <set>

#include "support/memory_outbox.hpp"
#include "support/scripted_channel.hpp"
#include "support/virtual_scheduler.hpp"

using namespace duban;
using namespace duban::delivery;
using namespace duban::test;
using namespace std::chrono_literals;
using ledger::DeliveryState;

TEST_CASE("a receiver that answers 500 for two hours loses nothing, delays nobody, and is not hammered") {
  VirtualScheduler time;
  MemoryOutbox outbox(time, 2ms);
  const Instant begin = time.now();
  Receiver broken, well;
  broken.answer = [&](const Message&) {
    return time.now() < begin + 2h ? Outcome::retry("HTTP 500") : Outcome::delivered("HTTP 200");
  };
  std::vector<std::unique_ptr<Channel>> channels;
  channels.push_back(std::make_unique<ScriptedChannel>("broken", 16, broken, time, time.clock()));
  channels.push_back(std::make_unique<ScriptedChannel>("well", 16, well, time, time.clock()));
  Dispatcher dispatcher({&outbox}, std::move(channels), time.clock(), time, {});

  // An alert a minute to both, all two hours long; every twentieth critical.
  for (int minute = 0; minute < 120; ++minute) {
    const uint8_t severity = minute % 20 == 0 ? 3 : 0;
    outbox.add("broken", time.now(), severity);
    outbox.add("well", time.now(), severity);
    dispatcher.wake();
    time.run_for(1min);
    CHECK(well.attempts.size() == static_cast<size_t>(minute) + 1);
    CHECK(time.now() - well.attempts.back().at >= 59s);  // at once
  }
  CHECK(outbox.count(DeliveryState::delivered) == 120);
  CHECK(outbox.count(DeliveryState::pending) == 120);
  CHECK(dispatcher.counts()["broken"].stopped);
  const size_t tried = broken.attempts.size();
  CHECK(tried < 2 * 3600 / 5);  // a probe every 15 seconds, jittered by half, and what made it stop
  CHECK(tried > 2 * 3600 / 30);

  time.run_for(30s);
  CHECK(outbox.count(DeliveryState::delivered) == 240);
  CHECK(outbox.count(DeliveryState::rejected) == 0);
  std::set<std::string> heard;
  for (size_t i = tried; i < broken.attempts.size(); ++i) heard.insert(broken.attempts[i].message.key);
  CHECK(heard.size() == 120);
  CHECK(broken.attempts.size() - tried <= 121);  // nobody was told twice
}
