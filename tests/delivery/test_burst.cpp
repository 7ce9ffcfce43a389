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
      if (request.sent_since != kNever) fetched.sent = ledger_.sent_since(request.sent_since);
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

TEST_CASE("what a process sent before it was killed counts for the limits of the next one") {
  VirtualScheduler time;
  ledger::Ledger ledger(ledger::Options{});
  Receiver receiver;
  receiver.pace = {{20, 1min}};
  const auto raise = [&](int first, int count) {
    ledger.begin();
    for (int i = first; i < first + count; ++i) {
      ledger::Alert alert;
      alert.id = "5f-" + std::to_string(i);
      alert.at = time.now();
      alert.severity = 3;
      alert.json = "{\"id\":\"x\",\"at\":\"y\"}";
      alert.channels = {"robot"};
      ledger.raise(alert);
    }
    ledger.commit();
  };
  for (int process = 0; process < 3; ++process) {
    raise(process * 15, 15);
    LedgerOutbox outbox(ledger, time);
    std::vector<std::unique_ptr<Channel>> channels;
    channels.push_back(std::make_unique<ScriptedChannel>("robot", 1, receiver, time, time.clock()));
    Dispatcher dispatcher({&outbox}, std::move(channels), time.clock(), time, {});
    dispatcher.wake();
    time.run_for(15s);
    time.forget_everything();
    receiver.under_way = 0;
  }
  REQUIRE(receiver.attempts.size() == 20);
  LedgerOutbox outbox(ledger, time);
  std::vector<std::unique_ptr<Channel>> channels;
  channels.push_back(std::make_unique<ScriptedChannel>("robot", 1, receiver, time, time.clock()));
  Dispatcher dispatcher({&outbox}, std::move(channels), time.clock(), time, {});
  dispatcher.wake();
  time.run_for(5min);
  CHECK(receiver.attempts.size() == 45);
  for (size_t i = 20; i < receiver.attempts.size(); ++i)
    REQUIRE(receiver.attempts[i].at - receiver.attempts[i - 20].at >= 1min);
}
