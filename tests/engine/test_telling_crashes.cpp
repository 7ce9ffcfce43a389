// Messages to people over the real engine and ledger, the process killed between every pair of steps.
#include <catch2/catch.hpp>
#include <map>

#include "delivery/dispatcher.hpp"
#include "engine_scene.hpp"
#include "support/scripted_channel.hpp"
#include "support/virtual_scheduler.hpp"

using namespace duban;
using namespace duban::delivery;
using namespace duban::test;
using namespace std::chrono_literals;

namespace {

const char* kRules = R"(
rules:
  - id: rectify
    title: 限期整改
    subject: hazard
    when: has(hazard.due)
    due: hazard.due
    until: hazard.state in ['closed', 'withdrawn', 'awaiting_reinspection']
    stages:
      - { id: t-0, at: due 09:00, level: remind, to: [unit.officer, unit.principal] }
      - { id: now, at: due 09:01, level: urge, severity: critical, to: [unit.officer] }
)";
const char* kRoutes = R"(
routes:
  - { to: ['*/officer'], notify: [robot, { channel: sms, after: 10m }], group_wait: 30s }
  - { to: ['*/principal'], notify: [robot, sms], quiet: '20:00-09:10' }
)";

Instant at(const std::string& text) { return Zone::shanghai().parse(text).value(); }

/// The engine of a shard behind the interface, with the delay of another thread.
class EngineOutbox final : public Outbox {
 public:
  EngineOutbox(engine::Engine& engine, Scheduler& scheduler) : engine_(engine), scheduler_(scheduler) {}

  void fetch(Request request, std::function<void(Fetched)> answer) override {
    scheduler_.after(3ms, [this, request = std::move(request), answer = std::move(answer)] {
      engine::Outgoing out = engine_.outgoing(request.now, request.rooms, request.in_flight);
      Fetched fetched;
      fetched.deliveries = std::move(out.deliveries);
      fetched.next = out.next;
      fetched.channels = std::move(out.channels);
      scheduler_.after(3ms, [answer, fetched] { answer(fetched); });
    });
  }
  void settle(std::vector<ledger::Receipt> receipts, std::function<void(bool)> stored) override {
    scheduler_.after(3ms, [this, receipts = std::move(receipts), stored = std::move(stored)] {
      engine_.settle(receipts);
      scheduler_.after(3ms, [stored] { stored(true); });
    });
  }

 private:
  engine::Engine& engine_;
  Scheduler& scheduler_;
};

struct World {
  explicit World(const std::string& file) : path(file), time(at("2023-02-07T09:01")) {
    for (const char* name : {"robot", "sms"}) {
      receivers[name].latency = [] { return Duration{20}; };
      receivers[name].answer = [this, channel = std::string(name)](const Message& message) {
        const bool refused = channel == "robot" && message.to.front().mobile == "139-2";
        if (!refused) ++heard[channel][message.key];
        const auto body = nlohmann::json::parse(message.body);
        for (const auto& alert : body["alerts"])
          said[channel + ' ' + message.to.front().mobile].insert(message.key + ' ' +
                                                                 alert["subject"]["id"].get<std::string>() +
                                                                 ' ' + alert["stage"].get<std::string>());
        return refused ? Outcome::rejected("no such member") : Outcome::delivered("ok");
      };
    }
  }
  /// A process that lives for so many steps, or for ever.
  void live(const std::shared_ptr<const rule::Configuration>& configuration, std::optional<size_t> steps) {
    ledger::Options options;
    options.path = path;
    ledger::Ledger ledger(options);
    engine::Engine engine(ledger, configuration, {});
    EngineOutbox outbox(engine, time);
    std::vector<std::unique_ptr<Channel>> channels;
    for (auto& [name, receiver] : receivers)
      channels.push_back(std::make_unique<ScriptedChannel>(name, 2, receiver, time, time.clock()));
    Dispatcher dispatcher({&outbox}, std::move(channels), time.clock(), time, {});
    dispatcher.wake();
    if (steps)
      more = time.run_steps(*steps) && time.now() < at("2023-02-07T09:20");
    else
      time.run_until(at("2023-02-07T12:00"));
    time.forget_everything();
    pending = ledger.counts().pending;
  }

  std::string path;
  VirtualScheduler time;
  std::map<std::string, Receiver> receivers;
  std::map<std::string, std::map<std::string, int>> heard;  // channel → key → how often
  std::map<std::string, std::set<std::string>> said;  // channel and person → what was said under which key
  int64_t pending = 0;
  bool more = false;
};

/// What was said, without the keys.
std::multiset<std::string> words(const std::set<std::string>& said) {
  std::multiset<std::string> out;
  for (const std::string& line : said) out.insert(line.substr(line.find(' ') + 1));
  return out;
}

}  // namespace

TEST_CASE("killed between any two steps, each person hears everything, under one key each time") {
  const Folder folder;
  const auto configuration = with_routes(kRules, kRoutes, {"robot", "sms"});
  const std::string prepared = folder.path("prepared.db");
  {
    Stage stage(configuration, prepared);
    stage.unit(
        "2023-01-01T08:00", "E-1", "enterprise", "341004101205",
        R"("posts":{"officer":{"name":"张三","phone":"139-1"},"principal":{"name":"李四","phone":"139-2"}})");
    for (const std::string id : {"H1", "H2"}) {
      stage.hazard("2023-01-19T10:00", id);
      stage.event("2023-01-19T15:00", "hazard.ordered",
                  R"({"hazard_id":")" + id + R"(","order_id":"O-)" + id +
                      R"(","issued_on":"2023-01-19","due":"2023-02-07"})");
    }
    CHECK(stage.said("2023-02-07T09:01").size() == 4);
  }
  size_t repeated = 0;
  bool more = true;
  size_t steps = 0;
  for (; more; ++steps) {
    INFO("killed after " << steps << " steps");
    const std::string file = folder.path("shard-" + std::to_string(steps) + ".db");
    std::filesystem::copy_file(prepared, file);
    World world(file);
    world.live(configuration, steps);
    more = world.more;
    world.live(configuration, std::nullopt);
    CHECK(world.pending == 0);
    // Two reasons, one message: the reminders of both hazards, and the critical ones together.
    const std::multiset<std::string> officer{"H1 now", "H1 t-0", "H2 now", "H2 t-0"};
    CHECK(words(world.said["robot 139-1"]) == officer);
    CHECK(words(world.said["sms 139-1"]) == officer);  // nobody acknowledged
    const std::multiset<std::string> principal{"H1 t-0", "H2 t-0"};
    CHECK(words(world.said["robot 139-2"]) == principal);  // the robot refused
    CHECK(words(world.said["sms 139-2"]) == principal);
    CHECK(world.heard["robot"].size() == 2);
    CHECK(world.heard["sms"].size() == 3);
    for (const auto& [channel, keys] : world.heard)
      for (const auto& [key, times] : keys) {
        CHECK(times <= 2);
        repeated += times == 2 ? 1 : 0;
      }
  }
  CHECK(steps > 50);
  CHECK(repeated > 0);  // else nothing was killed between a message and its receipt
}
