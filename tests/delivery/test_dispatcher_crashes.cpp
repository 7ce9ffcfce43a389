#include <catch2/catch.hpp>
#include <map>
#include <random>

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

/// Outboxes and receivers outlive the process; scheduler content, dispatcher and channels do not.
class World {
 public:
  explicit World(uint64_t seed) : random_(seed) {
    for (int i = 0; i < 3; ++i) outboxes_.push_back(std::make_unique<MemoryOutbox>(scheduler_, 15ms));
    for (const char* name : {"a", "b", "c"}) script(receivers_[name]);
  }

  void live() {
    for (int process = 0; process < 12; ++process) {
      start();
      for (int step = 0; step < 6; ++step) {
        raise();
        dispatcher_->wake();
        scheduler_.run_for(Duration{random_() % 700});
      }
      if (process % 3 == 2) dispatcher_->stop(200ms, [] {});
      scheduler_.run_for(Duration{random_() % 300});
      scheduler_.forget_everything();  // killed: nothing that was under way comes back
    }
    failing_ = false;
    start();
    scheduler_.run_for(2h);
  }

  /// How often the receiver took each key.
  std::map<std::pair<std::string, std::string>, int> taken;
  std::vector<std::unique_ptr<MemoryOutbox>>& outboxes() { return outboxes_; }
  size_t sent_while_in_flight = 0;

 private:
  void script(Receiver& receiver) {
    receiver.latency = [this] { return Duration{random_() % 3 == 0 ? random_() % 400 : 2}; };
    receiver.answer = [this](const Message& m) -> std::optional<Outcome> {
      const uint64_t dice = failing_ ? random_() % 10 : 9;
      if (dice == 0) return std::nullopt;
      if (dice == 1) return Outcome::stop("HTTP 503", Duration{random_() % 2'000});
      if (dice == 2) return Outcome::retry("HTTP 500");
      ++taken[{m.body, m.key}];
      if (dice == 3) return Outcome::retry("taken, but the answer was lost");
      return Outcome::delivered("ok");
    };
  }
  void start() {
    dispatcher_.reset();
    std::vector<std::unique_ptr<Channel>> channels;
    for (auto& [name, receiver] : receivers_) {
      receiver.under_way = 0;
      channels.push_back(
          std::make_unique<ScriptedChannel>(name, 5, receiver, scheduler_, scheduler_.clock()));
    }
    std::vector<Outbox*> outboxes;
    for (const auto& outbox : outboxes_) outboxes.push_back(outbox.get());
    DispatcherOptions options;
    options.seed = random_();
    dispatcher_ =
        std::make_unique<Dispatcher>(outboxes, std::move(channels), scheduler_.clock(), scheduler_, options);
    dispatcher_->wake();
  }
  void raise() {
    for (int i = 0; i < 20; ++i) {
      const size_t shard = random_() % outboxes_.size();
      const std::string channel(1, static_cast<char>('a' + random_() % 3));
      outboxes_[shard]->add(channel, scheduler_.now(), random_() % 4, "shard " + std::to_string(shard));
    }
  }

  std::mt19937_64 random_;
  bool failing_ = true;
  VirtualScheduler scheduler_;
  std::vector<std::unique_ptr<MemoryOutbox>> outboxes_;
  std::map<std::string, Receiver> receivers_;
  std::unique_ptr<Dispatcher> dispatcher_;
};

}  // namespace

TEST_CASE("whatever fails and whenever it is killed, every alert arrives, repeated only with the same key") {
  for (uint64_t seed = 1; seed <= 60; ++seed) {
    INFO("seed " << seed);
    World world(seed);
    world.live();
    size_t repeated = 0;
    for (size_t shard = 0; shard < world.outboxes().size(); ++shard) {
      const MemoryOutbox& outbox = *world.outboxes()[shard];
      CHECK(outbox.count(DeliveryState::delivered) == outbox.rows.size());
      for (const auto& [id, row] : outbox.rows) {
        const int times = world.taken[{row.delivery.body, row.delivery.alert}];
        REQUIRE(times >= 1);
        repeated += times > 1 ? 1 : 0;
        // Nothing is sent after its success was stored.
        REQUIRE(row.receipts.back().state == DeliveryState::delivered);
        for (size_t i = 0; i + 1 < row.receipts.size(); ++i) {
          REQUIRE(row.receipts[i].state == DeliveryState::pending);
        }
      }
    }
    CHECK(repeated > 0);  // else the scene did not try hard enough
  }
}

TEST_CASE("without crashes and failures nothing is ever sent twice, however late receipts are stored") {
  for (const Duration latency : {0ms, 3ms, 40ms, 2'000ms}) {
    VirtualScheduler scheduler;
    MemoryOutbox outbox(scheduler, latency);
    Receiver receiver;
    std::mt19937_64 random(static_cast<uint64_t>(latency.count()));
    receiver.latency = [&] { return Duration{random() % 50}; };
    std::vector<std::unique_ptr<Channel>> channels;
    channels.push_back(std::make_unique<ScriptedChannel>("a", 7, receiver, scheduler, scheduler.clock()));
    Dispatcher dispatcher({&outbox}, std::move(channels), scheduler.clock(), scheduler, {});
    for (int i = 0; i < 300; ++i) {
      for (int k = 0; k < 5; ++k) outbox.add("a", scheduler.now(), random() % 4);
      dispatcher.wake();
      scheduler.run_for(Duration{random() % 60});
    }
    scheduler.run_for(10min);
    CHECK(receiver.attempts.size() == outbox.rows.size());
    CHECK(outbox.count(DeliveryState::delivered) == outbox.rows.size());
  }
}
