// What the dispatcher and the channels hold is bounded, whatever waits.
#include <catch2/catch.hpp>

#include "core/limits.hpp"
#include "delivery/breaker.hpp"
#include "delivery/dispatcher.hpp"
#include "delivery/pieces.hpp"
#include "support/memory_outbox.hpp"
#include "support/scripted_channel.hpp"
#include "support/virtual_scheduler.hpp"

using namespace duban;
using namespace duban::delivery;
using namespace duban::test;
using namespace std::chrono_literals;

namespace {

/// Notes how much is asked for.
class AskedOutbox final : public Outbox {
 public:
  AskedOutbox(VirtualScheduler& scheduler, int deliveries) : outbox(scheduler, 20ms) {
    for (int i = 0; i < deliveries; ++i) outbox.add("duty", scheduler.now());
  }
  void fetch(Request request, std::function<void(Fetched)> answer) override {
    for (const ledger::ChannelRoom& room : request.rooms) most = std::max(most, room.room);
    outbox.fetch(std::move(request), std::move(answer));
  }
  void settle(std::vector<ledger::Receipt> receipts, std::function<void(bool)> stored) override {
    outbox.settle(std::move(receipts), std::move(stored));
  }

  MemoryOutbox outbox;
  size_t most = 0;
};

struct Scene {
  explicit Scene(int deliveries) : outbox(scheduler, deliveries) {}
  void run(size_t concurrency) {
    std::vector<std::unique_ptr<Channel>> channels;
    channels.push_back(
        std::make_unique<ScriptedChannel>("duty", concurrency, receiver, scheduler, scheduler.clock()));
    Dispatcher dispatcher({&outbox}, std::move(channels), scheduler.clock(), scheduler, {});
    dispatcher.wake();
    scheduler.run_until(scheduler.now() + 1min);
    scheduler.forget_everything();
  }

  VirtualScheduler scheduler;
  AskedOutbox outbox;
  Receiver receiver;
};

}  // namespace

TEST_CASE("as many deliveries as the bound says are under way and not settled, whatever a channel takes") {
  Scene scene(static_cast<int>(limits::kUnsettledDeliveries) + 500);
  scene.receiver.answer = [](const Message&) { return std::nullopt; };  // it never answers
  scene.run(2 * limits::kUnsettledDeliveries);
  CHECK(scene.receiver.under_way == limits::kUnsettledDeliveries);
}

TEST_CASE("no more is read ahead than the bound says, and everything is sent") {
  constexpr size_t kConcurrency = 4;
  Scene scene(3'000);
  scene.run(kConcurrency);
  CHECK(scene.outbox.outbox.count(ledger::DeliveryState::delivered) == 3'000);
  CHECK(scene.outbox.most == kConcurrency * limits::kReadAhead);
}

TEST_CASE("a channel stops at as many failures in a row as the bound says, and not before") {
  Breaker breaker;
  for (int i = 1; i < limits::kFailuresToStop; ++i)
    CHECK(breaker.failed(breaker.begin(), false) == Breaker::Change::none);
  CHECK_FALSE(breaker.stopped());
  CHECK(breaker.failed(breaker.begin(), false) == Breaker::Change::stopped);
  CHECK(breaker.stopped());
}

TEST_CASE("of more unfinished messages in pieces than the bound says, one is sent anew as a whole") {
  const auto attempt = [](Pieces& pieces, size_t delivery) {
    size_t sent = 0;
    Message message;
    message.key = "m-" + std::to_string(10'000 + delivery);
    const auto taken = [&sent](const std::function<void(Outcome)>& done) {
      ++sent;
      done(Outcome::delivered("ok"));
    };
    const auto busy = [](const std::function<void(Outcome)>& done) { done(Outcome::retry("busy")); };
    pieces.send(message, Pieces::Kind::people, {{"E-1/officer", taken}, {"E-1/principal", busy}},
                [](const Outcome&) {});
    return sent;
  };
  Pieces pieces;
  for (size_t i = 0; i < limits::kPiecewiseDeliveries; ++i) CHECK(attempt(pieces, i) == 1);
  size_t again = 0;
  for (size_t i = 0; i < limits::kPiecewiseDeliveries; ++i) again += attempt(pieces, i);
  CHECK(again == 0);
  CHECK(attempt(pieces, limits::kPiecewiseDeliveries) == 1);
  for (size_t i = 1; i < limits::kPiecewiseDeliveries; ++i) again += attempt(pieces, i);
  CHECK(again == 0);
  CHECK(attempt(pieces, 0) == 1);
}
