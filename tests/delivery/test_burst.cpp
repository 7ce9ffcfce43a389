// A burst of 100,000 alerts to 5,000 people through channels with their services' limits, on a virtual clock.
#include <catch2/catch.hpp>
#include <deque>
#include <map>
#include <nlohmann/json.hpp>

#include "core/hash.hpp"
#include "core/limits.hpp"
#include "delivery/dispatcher.hpp"
#include "ledger/ledger.hpp"
#include "ledger/plan.hpp"
#include "support/memory_outbox.hpp"
#include "support/scripted_channel.hpp"
#include "support/virtual_scheduler.hpp"

using namespace duban;
using namespace duban::delivery;
using namespace duban::test;
using namespace std::chrono_literals;

namespace {

constexpr int kAlerts = 100'000;
constexpr int kPeople = 5'000;

class LedgerOutbox final : public Outbox {
 public:
  LedgerOutbox(ledger::Ledger& ledger, Scheduler& scheduler) : ledger_(ledger), scheduler_(scheduler) {}

  void fetch(Request request, std::function<void(Fetched)> answer) override {
    scheduler_.after(5ms, [this, request = std::move(request), answer = std::move(answer)] {
      Fetched fetched;
      fetched.deliveries = ledger_.deliverable(request.now, request.rooms, request.in_flight);
      fetched.next = ledger_.next_delivery(request.now, request.rooms);
      fetched.channels = ledger_.pending_channels();
      fetched.waiting = ledger_.waiting();
      if (!request.sent.empty()) fetched.sent = ledger_.sent(request.sent);
      size_t held = 0;
      for (const ledger::Delivery& delivery : fetched.deliveries) held += delivery.carried.size();
      most_read = std::max(most_read, held);
      answer(std::move(fetched));
    });
  }
  void settle(std::vector<ledger::Receipt> receipts, std::function<void(bool)> stored) override {
    scheduler_.after(5ms, [this, receipts = std::move(receipts), stored = std::move(stored)] {
      ledger_.begin();
      for (const ledger::Receipt& receipt : receipts) ledger_.settle(receipt);
      ledger_.commit();
      stored(true);
    });
  }
  size_t most_read = 0;

 private:
  ledger::Ledger& ledger_;
  Scheduler& scheduler_;
};

/// A service that refuses what is beyond its limit, as a robot's does.
class Service {
 public:
  explicit Service(std::vector<Pace> paces) : paces_(std::move(paces)) {}

  bool takes(Instant now) {
    arrivals_.push_back(now);
    for (const Pace& pace : paces_) {
      const auto within = std::count_if(arrivals_.begin(), arrivals_.end(),
                                        [&](Instant at) { return at > now - pace.period; });
      if (within > pace.count) return false;
    }
    while (arrivals_.front() <= now - Duration(1min)) arrivals_.pop_front();
    return true;
  }

 private:
  std::vector<Pace> paces_;
  std::deque<Instant> arrivals_;
};

const char* channel_of(int person) {
  return person % 10 == 0 ? "dingtalk" : person % 10 < 4 ? "feishu" : "sms";
}

/// One in a hundred is critical, spread over all people.
uint8_t severity_of(int alert) { return alert % 100 == 7 ? 3 : static_cast<uint8_t>(alert % 3); }

void raise_all(ledger::Ledger& ledger, Instant at) {
  static const char* names[] = {"notice", "warning", "serious", "critical"};
  ledger.begin();
  for (int i = 0; i < kAlerts; ++i) {
    const int person = i / 20 % kPeople;
    ledger::Plan plan;
    plan.steps = {{channel_of(person), Duration{0}}};
    ledger::Alert alert;
    alert.id = "5f-" + std::to_string(i);
    alert.at = at;
    alert.severity = severity_of(i);
    alert.json = nlohmann::json{{"id", alert.id},
                                {"at", "2026-07-01T09:00:00+08:00"},
                                {"severity", names[alert.severity]},
                                {"subject", {{"kind", "hazard"}, {"id", "H" + std::to_string(i)}}},
                                {"text", "隐患整改期限已过"}}
                     .dump();
    alert.notices = {
        {"E-" + std::to_string(person) + "/officer", plan.text(), hash64(std::to_string(person)), at}};
    ledger.raise(alert);
  }
  ledger.commit();
}

}  // namespace

TEST_CASE(
    "of 100,000 alerts to 5,000 people the critical ones leave first, nobody's is lost, no limit is broken") {
  VirtualScheduler time;
  ledger::Ledger ledger(ledger::Options{});
  raise_all(ledger, time.now());
  LedgerOutbox outbox(ledger, time);

  std::map<std::string, std::vector<Pace>> limits{
      {"dingtalk", {{20, 1min}}}, {"feishu", {{100, 1min}, {5, 1s}}}, {"sms", {{10, 1s}}}};
  std::map<std::string, Receiver> receivers;
  std::map<std::string, Service> services;
  std::map<std::string, int> heard;  // alert → how often
  std::map<std::string, int> messages;
  std::vector<std::unique_ptr<Channel>> channels;
  for (const auto& [name, paces] : limits) {
    Service& service = services.try_emplace(name, paces).first->second;
    Receiver& receiver = receivers[name];
    receiver.pace = paces;
    receiver.latency = [] { return Duration{150}; };
    receiver.answer = [&, where = name](const Message& message) {
      if (!service.takes(time.now())) FAIL(where << " was sent more than its service allows");
      const auto body = nlohmann::json::parse(message.body);
      for (const auto& alert : body["alerts"]) ++heard[alert["id"].get<std::string>()];
      ++messages[where];
      return Outcome::delivered("ok");
    };
    channels.push_back(std::make_unique<ScriptedChannel>(name, 4, receiver, time, time.clock()));
  }
  Dispatcher dispatcher({&outbox}, std::move(channels), time.clock(), time, {});
  dispatcher.wake();

  time.run_for(33min);  // the critical ones of 500 people take a robot 25 minutes
  const Progress half_way = dispatcher.progress()["dingtalk"];
  CHECK(half_way.waiting[3] == 0);
  CHECK(half_way.waiting[0] + half_way.waiting[1] + half_way.waiting[2] > 1'000);
  REQUIRE(half_way.ends);
  while (ledger.counts().pending > 0 && time.now() < *half_way.ends + 3h) time.run_for(1min);
  CHECK(ledger.counts().pending == 0);
  CHECK(half_way.sent > 0);
  const double estimated = static_cast<double>((*half_way.ends - instant_of_ms(1'700'000'000'000)).count());
  const double needed = static_cast<double>((time.now() - instant_of_ms(1'700'000'000'000)).count());
  CHECK(estimated == Approx(needed).epsilon(0.25));
  CHECK_FALSE(dispatcher.progress()["dingtalk"].ends);

  CHECK(heard.size() == kAlerts);
  CHECK(std::all_of(heard.begin(), heard.end(), [](const auto& one) { return one.second == 1; }));
  // Twenty alerts of a person are one message, and one more for the critical one.
  CHECK(messages["dingtalk"] + messages["feishu"] + messages["sms"] <= 2 * kPeople);
  for (const auto& [name, receiver] : receivers) {
    INFO(name);
    const auto critical = [](const Receiver::Attempt& a) { return a.message.severity == "critical"; };
    CHECK(std::is_partitioned(receiver.attempts.begin(), receiver.attempts.end(), critical));
  }
  CHECK(outbox.most_read <= 3 * 64 * limits::kCarried / 4);
}

namespace {

/// Processes of one house, one after the other, each with a robot of these limits; what they send is in
/// `receiver`.
struct Processes {
  VirtualScheduler time;
  ledger::Ledger ledger{ledger::Options{}};
  Receiver receiver;
  int raised = 0;

  explicit Processes(std::vector<Pace> paces) { receiver.pace = std::move(paces); }
  void raise(int count) {
    ledger.begin();
    for (int i = 0; i < count; ++i) {
      ledger::Alert alert;
      alert.id = "5f-" + std::to_string(++raised);
      alert.at = time.now();
      alert.severity = 3;
      alert.json = "{\"id\":\"x\",\"at\":\"y\"}";
      alert.channels = {"robot", "log"};  // a channel without limits has many more receipts
      ledger.raise(alert);
    }
    ledger.commit();
  }
  /// Runs one for so long, then kills it.
  void run(Duration length, size_t shards_asked = 1) {
    LedgerOutbox outbox(ledger, time);
    MemoryOutbox other(time, 30s);  // a shard that is slow to answer, and has nothing
    std::vector<Outbox*> outboxes{&outbox};
    if (shards_asked > 1) outboxes.push_back(&other);
    std::vector<std::unique_ptr<Channel>> channels;
    channels.push_back(std::make_unique<ScriptedChannel>("robot", 1, receiver, time, time.clock()));
    channels.push_back(std::make_unique<ScriptedChannel>("log", 4, log_, time, time.clock()));
    Dispatcher dispatcher(outboxes, std::move(channels), time.clock(), time, {});
    dispatcher.wake();
    time.run_for(length);
    time.forget_everything();
    receiver.under_way = log_.under_way = 0;
  }
  void check_limit(size_t count, Duration period) const {
    for (size_t i = count; i < receiver.attempts.size(); ++i)
      REQUIRE(receiver.attempts[i].at - receiver.attempts[i - count].at >= period);
  }

 private:
  Receiver log_;
};

}  // namespace

TEST_CASE("what a process sent before it was killed counts for the limits of the next one") {
  Processes house({{20, 1min}});
  for (int process = 0; process < 3; ++process) {
    house.raise(15);
    house.run(15s);
  }
  // Each start leaves room for a message that was under way when the one before was killed.
  CHECK(house.receiver.attempts.size() >= 17);
  CHECK(house.receiver.attempts.size() <= 20);
  house.run(5min);
  CHECK(house.receiver.attempts.size() == 45);
  house.check_limit(20, 1min);
}

TEST_CASE("a limit of a day is kept over restarts, however many there are") {
  Processes house({{10, 1min}, {50, 24h}});
  house.raise(200);
  for (int process = 0; process < 12; ++process) house.run(2h);
  CHECK(house.receiver.attempts.size() > 30);
  CHECK(house.receiver.attempts.size() <= 50);
  for (int process = 0; process < 30; ++process) house.run(7h);
  CHECK(house.receiver.attempts.size() == 200);
  house.check_limit(10, 1min);
  house.check_limit(50, 24h);
}

TEST_CASE("nothing goes by a limited channel before every shard has told what was sent") {
  Processes house({{10, 1h}});
  house.raise(5);
  house.run(20s, 2);
  CHECK(house.receiver.attempts.empty());
  house.run(40s, 2);
  CHECK(house.receiver.attempts.size() == 5);
}
