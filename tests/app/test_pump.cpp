// The pipeline between a source and a shard, on a clock that a test sets: how much it holds, and when
// deadlines wait.
#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <asio/thread_pool.hpp>
#include <catch2/catch.hpp>
#include <set>

#include "app/pump.hpp"
#include "delivery/asio_scheduler.hpp"
#include "rule/configuration.hpp"
#include "support/loop_until.hpp"
#include "support/temporary_folder.hpp"

using namespace duban;
using namespace duban::test;
using namespace std::chrono_literals;

namespace {

const event::Input kHazards{"hazards", 0}, kOthers{"others", 0};
const Instant kBegin = *parse_rfc3339("2023-02-20T10:00:00+08:00");

/// The time of day can be set without time passing.
class SettableClock final : public Clock {
 public:
  Instant now() const override { return instant_of_ms(now_.load()); }
  Duration monotonic() const override { return Duration{monotonic_.load()}; }
  void pass(Duration time) {
    now_ += time.count();
    monotonic_ += time.count();
  }
  void set_forward(Duration by) { now_ += by.count(); }

 private:
  std::atomic<int64_t> now_{ms_of(kBegin)}, monotonic_{0};
};

/// Two inputs, which end where the test says.
struct TwoInputs final : intake::Source {
  void open(std::function<void(std::vector<event::Input>, std::string)> ready) override {
    ready({kHazards, kOthers}, {});
  }
  std::string cluster() const override { return "c"; }
  void start(const std::map<event::Input, intake::Start>&, intake::Sink&) override {}
  void pause(const event::Input& input) override { paused.insert(input); }
  void resume(const event::Input& input) override { resumed.insert(input); }
  void ends(std::function<void(std::optional<intake::Ends>)> answer) override {
    asio::post(loop, [this, answer = std::move(answer)] {
      answer(answers ? std::optional(intake::Ends{{{kHazards, hazards}, {kOthers, 0}}}) : std::nullopt);
    });
  }
  void hint(const std::vector<std::pair<event::Input, int64_t>>&) override {}
  void stop(Duration, std::function<void()> done) override { done(); }

  explicit TwoInputs(asio::io_context& io) : loop(io) {}
  asio::io_context& loop;
  bool answers = true;
  int64_t hazards = 0;
  std::set<event::Input> paused, resumed;
};

std::shared_ptr<const rule::Configuration> configuration(const TemporaryFolder& folder) {
  const std::string root = DUBAN_SOURCE_DIR;
  rule::Sources sources;
  sources.catalog_directory = root + "/config/catalog";
  sources.calendar_directory = root + "/config/calendar";
  sources.channels = {"log"};
  sources.constants_yaml = "{ ordinary_limit_wd: 10, major_limit_d: 30, listing_limit_d: 365 }";
  sources.rules = {folder.write("rules.yaml", R"(
rules:
  - id: life
    title: 隐患生命
    subject: hazard
    stages: [{ id: later, at: opened + 10m, level: remind, to: [office] }]
)")};
  Diagnostics findings;
  auto made = rule::load(sources, findings);
  INFO(findings.text());
  REQUIRE(made);
  return made;
}

struct Scene {
  Scene()
      : source(loop),
        pool(1),
        shard(loop, pool.get_executor(), config, options(folder)),
        pump(loop, *scheduler, clock, source, {&shard}, config, {}) {
    std::optional<Instant> reached;
    shard.open([&](const app::Opened& opened) { reached = opened.reached; });
    REQUIRE(loop_until(loop, [&] { return reached.has_value(); }));
    pump.start(*reached, {});
    pump.connect({kHazards, kOthers}, {});
  }
  ~Scene() {
    bool closed = false;
    pump.stop([&] { shard.close([&] { closed = true; }); });
    loop_until(loop, [&] { return closed; });
    pool.join();
  }
  static app::ShardOptions options(const TemporaryFolder& folder) {
    app::ShardOptions made;
    made.storage.path = folder.file("shard.db");
    return made;
  }

  /// Records of the hazards' input, as they come from the broker now.
  void give(size_t count, std::string_view payload = "no event") {
    std::vector<event::Record> records(count);
    for (event::Record& record : records) {
      record.input = &kHazards;
      record.offset = source.hazards++;
      record.at = clock.now();
      record.payload = payload;
    }
    pump.on_records(std::move(records));
  }
  /// Everything that can happen at this moment of the clock has happened.
  void settle() {
    for (int i = 0; i < 20; ++i) {
      pump.wake();
      bool done = false;
      shard.pulse([&] { done = true; });
      REQUIRE(loop_until(loop, [&] { return done; }));
    }
  }
  /// What waits for the channel.
  std::vector<std::string> said() {
    std::optional<delivery::Fetched> fetched;
    shard.fetch({clock.now(), {{"log", 100}}, {}, {}}, [&](delivery::Fetched f) { fetched = std::move(f); });
    REQUIRE(loop_until(loop, [&] { return fetched.has_value(); }));
    std::vector<std::string> bodies;
    for (const ledger::Delivery& one : fetched->deliveries) bodies.push_back(one.body);
    return bodies;
  }

  TemporaryFolder folder;
  SettableClock clock;
  asio::io_context loop{1};
  std::unique_ptr<delivery::Scheduler> scheduler = delivery::make_asio_scheduler(loop);
  TwoInputs source;
  std::shared_ptr<const rule::Configuration> config = configuration(folder);
  asio::thread_pool pool;
  app::Shard shard;
  app::Pump pump;
};

constexpr std::string_view kHazard =
    R"({"specversion":"1.0","id":"1","source":"/t","type":"hazard.reported","subject":"H1",)"
    R"("time":"2023-02-20T10:00:00+08:00","data":{"hazard_id":"H1","title":"疏散通道堵塞","origin":"inspection",)"
    R"("area":"341004101205","industry":"fire","found_on":"2023-02-20"}})";

}  // namespace

TEST_CASE(
    "an input is paused at as many waiting records as the bound says, and resumed below the lower one") {
  Scene scene;
  scene.source.answers = false;  // of the other input it is not known where it ends: all wait for it
  scene.give(limits::kPauseRecords - 1);
  scene.settle();
  CHECK(scene.source.paused.empty());
  scene.give(1);
  CHECK(scene.source.paused == std::set{kHazards});
  scene.settle();
  CHECK(scene.source.resumed.empty());
  CHECK(scene.pump.state().buffered == limits::kPauseRecords);
  scene.source.answers = true;
  scene.clock.pass(1s);
  REQUIRE(loop_until(scene.loop, [&] { return !scene.source.resumed.empty(); }));
  CHECK(scene.pump.state().buffered < limits::kResumeRecords);
  REQUIRE(loop_until(scene.loop, [&] { return scene.pump.state().dead_letters == limits::kPauseRecords; }));
}

TEST_CASE("a broker that is away holds deadlines for the grace and no longer, and alerts then say so") {
  Scene scene;
  scene.give(1, kHazard);
  scene.clock.pass(1s);
  REQUIRE(
      loop_until(scene.loop, [&] { return scene.pump.state().events == 1 && scene.pump.state().caught_up; }));
  scene.source.answers = false;
  scene.clock.pass(9min);
  scene.pump.on_reachable(false, "gone");
  scene.clock.pass(4min);  // the stage was due three minutes ago
  scene.settle();
  CHECK(scene.said().empty());
  scene.clock.pass(2min);
  REQUIRE(loop_until(scene.loop, [&] {
    scene.pump.wake();
    return scene.pump.state().alerts == 1;
  }));
  REQUIRE(scene.said().size() == 1);
  CHECK(scene.said()[0].find(R"("inputs_lost":true)") != std::string::npos);
}

TEST_CASE("a clock that jumps forward by more than an hour holds deadlines until a person confirms it") {
  Scene scene;
  scene.give(1, kHazard);
  scene.clock.pass(1s);
  REQUIRE(
      loop_until(scene.loop, [&] { return scene.pump.state().events == 1 && scene.pump.state().caught_up; }));
  scene.clock.set_forward(61min);
  scene.settle();
  CHECK(scene.pump.state().clock_suspicious);
  CHECK(scene.said().empty());
  SECTION("confirmed, what was due is said") {
    scene.pump.confirm_clock();
    CHECK(loop_until(scene.loop, [&] { return scene.pump.state().alerts == 1; }));
  }
  SECTION("set back, everything is as before") {
    scene.clock.set_forward(-61min);
    scene.settle();
    CHECK_FALSE(scene.pump.state().clock_suspicious);
    CHECK(scene.said().empty());
    scene.clock.pass(10min);
    CHECK(loop_until(scene.loop, [&] { return scene.pump.state().alerts == 1; }));
  }
}

TEST_CASE("a step of the clock of an hour and less holds nothing") {
  Scene scene;
  scene.give(1, kHazard);
  scene.clock.pass(1s);
  REQUIRE(
      loop_until(scene.loop, [&] { return scene.pump.state().events == 1 && scene.pump.state().caught_up; }));
  scene.clock.set_forward(1h);
  CHECK(loop_until(scene.loop, [&] { return scene.pump.state().alerts == 1; }));
  CHECK_FALSE(scene.pump.state().clock_suspicious);
}

TEST_CASE("an input that stops is in the audit log, and holds no deadline") {
  Scene scene;
  scene.give(1, kHazard);
  scene.clock.pass(1s);
  REQUIRE(
      loop_until(scene.loop, [&] { return scene.pump.state().events == 1 && scene.pump.state().caught_up; }));
  scene.pump.on_stopped(kOthers, "others/0: offset 4 is not there any more");
  scene.clock.pass(11min);
  REQUIRE(loop_until(scene.loop, [&] { return scene.pump.state().alerts == 1; }));
  CHECK(scene.said().at(0).find(R"("inputs_lost":true)") != std::string::npos);
  ledger::Options options;
  options.path = scene.folder.file("shard.db");
  options.read_only = true;
  ledger::Ledger ledger(options);
  ledger.begin();
  const auto rows = ledger.audit_rows(0, 100);
  const auto row = std::find_if(rows.begin(), rows.end(), [](const auto& r) { return r.kind == "input"; });
  REQUIRE(row != rows.end());
  CHECK(row->subject == "others/0");
  CHECK(row->body == R"({"stopped":"others/0: offset 4 is not there any more"})");
  ledger.commit();
}
