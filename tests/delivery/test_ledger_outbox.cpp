#include <catch2/catch.hpp>
#include <random>

#include "delivery/dispatcher.hpp"
#include "ledger/ledger.hpp"
#include "support/scripted_channel.hpp"
#include "support/temporary_folder.hpp"
#include "support/virtual_scheduler.hpp"

using namespace duban;
using namespace duban::delivery;
using namespace duban::test;
using namespace std::chrono_literals;
using ledger::DeliveryState;

namespace {

/// A ledger on disk behind the interface, with the delay of another thread.
class LedgerOutbox final : public Outbox {
 public:
  LedgerOutbox(ledger::Ledger& ledger, Scheduler& scheduler) : ledger_(ledger), scheduler_(scheduler) {}

  void fetch(Request request, std::function<void(Fetched)> answer) override {
    scheduler_.after(7ms, [this, request = std::move(request), answer = std::move(answer)] {
      Fetched fetched;
      fetched.deliveries = ledger_.deliverable(request.now, request.rooms, request.in_flight);
      fetched.next = ledger_.next_delivery(request.now, request.rooms);
      fetched.channels = ledger_.pending_channels();
      answer(std::move(fetched));
    });
  }
  void settle(std::vector<ledger::Receipt> receipts, std::function<void(bool)> stored) override {
    scheduler_.after(7ms, [this, receipts = std::move(receipts), stored = std::move(stored)] {
      ledger_.begin();
      for (const ledger::Receipt& receipt : receipts) ledger_.settle(receipt);
      ledger_.commit();
      stored(true);
    });
  }

 private:
  ledger::Ledger& ledger_;
  Scheduler& scheduler_;
};

/// A process: a ledger, a dispatcher, channels. What it leaves behind is the file.
struct Process {
  Process(const std::string& path, std::map<std::string, Receiver>& receivers, VirtualScheduler& time)
      : ledger(ledger::Options{path, 0, 0, false}), outbox(ledger, time) {
    std::vector<std::unique_ptr<Channel>> channels;
    for (auto& [name, receiver] : receivers) {
      receiver.under_way = 0;
      channels.push_back(std::make_unique<ScriptedChannel>(name, 8, receiver, time, time.clock()));
    }
    dispatcher = std::make_unique<Dispatcher>(std::vector<Outbox*>{&outbox}, std::move(channels),
                                              time.clock(), time, DispatcherOptions{});
    dispatcher->wake();
  }
  void raise(int first, int count, Instant at) {
    ledger.begin();
    for (int i = first; i < first + count; ++i) {
      ledger::Alert alert;
      alert.id = "5f-" + std::to_string(i);
      alert.at = at;
      alert.severity = static_cast<uint8_t>(i % 4);
      alert.json = "{\"id\":\"" + alert.id + "\"}";
      alert.channels = {"a", "b"};
      ledger.raise(alert);
    }
    ledger.commit();
    dispatcher->wake();
  }

  ledger::Ledger ledger;
  LedgerOutbox outbox;
  std::unique_ptr<Dispatcher> dispatcher;
};

}  // namespace

TEST_CASE(
    "with a real ledger, killed again and again, every alert arrives on every channel with its receipts") {
  TemporaryFolder folder;
  VirtualScheduler time;
  std::mt19937_64 random(5);
  std::map<std::string, Receiver> receivers;
  std::map<std::string, std::map<std::string, int>> taken;
  for (const char* name : {"a", "b"}) {
    receivers[name].latency = [&random] { return Duration{random() % 40}; };
    receivers[name].answer = [&, name](const Message& message) -> std::optional<Outcome> {
      if (random() % 6 == 0) return Outcome::retry("HTTP 500");
      if (random() % 40 == 0) return std::nullopt;
      ++taken[name][message.key];
      return Outcome::delivered("HTTP 200");
    };
  }
  for (int round = 0; round < 20; ++round) {
    Process process(folder.file("shard.db"), receivers, time);
    process.raise(round * 25, 25, time.now());
    time.run_for(Duration{20 + random() % 200});
    time.forget_everything();
  }
  Process last(folder.file("shard.db"), receivers, time);
  for (const char* name : {"a", "b"})
    receivers[name].answer = [&, name](const Message& message) {
      ++taken[name][message.key];
      return Outcome::delivered("HTTP 200");
    };
  time.run_for(20min);
  CHECK(last.ledger.counts().pending == 0);
  for (const char* name : {"a", "b"}) CHECK(taken[name].size() == 500);
  for (int i = 0; i < 500; ++i) {
    int delivered = 0;
    for (const ledger::Ledger::Attempt& attempt : last.ledger.attempts("5f-" + std::to_string(i))) {
      delivered += attempt.receipt.state == DeliveryState::delivered ? 1 : 0;
    }
    REQUIRE(delivered == 2);  // one for each channel, however often it was tried
  }
}
