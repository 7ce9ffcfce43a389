#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <catch2/catch.hpp>

#include "app/daemon.hpp"
#include "support/loop_until.hpp"
#include "support/temporary_folder.hpp"

using namespace duban;
using namespace duban::test;

namespace {

constexpr char kSource[] = DUBAN_SOURCE_DIR;

/// Gives nothing and never ends.
class SilentSource final : public intake::Source {
 public:
  explicit SilentSource(asio::io_context& loop) : loop_(loop) {}
  void open(std::function<void(std::vector<event::Input>, std::string)> ready) override {
    asio::post(loop_, [ready = std::move(ready)] { ready({{"events", 0}}, {}); });
  }
  std::string cluster() const override { return "c"; }
  void start(const std::map<event::Input, intake::Start>&, intake::Sink& sink) override {
    asio::post(loop_, [&sink] { sink.on_reachable(true, {}); });
  }
  void pause(const event::Input&) override {}
  void resume(const event::Input&) override {}
  void ends(std::function<void(std::optional<intake::Ends>)> answer) override {
    asio::post(loop_, [answer = std::move(answer)] { answer(intake::Ends{{{{"events", 0}, 0}}}); });
  }
  void hint(const std::vector<std::pair<event::Input, int64_t>>&) override {}
  void stop(Duration, std::function<void()> done) override { asio::post(loop_, std::move(done)); }

 private:
  asio::io_context& loop_;
};

std::string rules(const std::string& at) {
  return "rules: [{ id: r, title: 限期整改, subject: hazard, when: has(hazard.due), due: hazard.due, stages: "
         "[{ id: s, at: " +
         at +
         ", level: remind, to: [unit.officer] }, { id: late, at: due + 1wd, level: urge, to: [office] }] "
         "}]\n";
}

/// A daemon on a virtual clock, its configuration in a folder of its own.
class Running {
 public:
  explicit Running(const std::string& now, const std::string& watch = "true")
      : clock(Zone::shanghai().parse(now).value()) {
    std::filesystem::create_directories(folder.file("calendar"));
    for (const auto& file : std::filesystem::directory_iterator(std::string(kSource) + "/config/calendar"))
      std::filesystem::copy_file(file.path(), folder.file("calendar/" + file.path().filename().string()));
    std::filesystem::create_directories(folder.file("rules"));
    folder.write("rules/a.yaml", rules("due - 3wd"));
    settings(watch);
    Diagnostics findings;
    app::Loaded loaded = app::load_all(folder.file("duban.yaml"), findings);
    INFO(findings.text());
    REQUIRE(loaded.configuration);
    daemon = std::make_unique<app::Daemon>(loop, clock, std::move(loaded),
                                           std::make_unique<SilentSource>(loop), app::DaemonOptions{});
    bool ready = false;
    daemon->on_ready = [&ready] { ready = true; };
    daemon->start([this](int code) { ended = code; });
    REQUIRE(until([&ready] { return ready; }));
    clock.set(clock.now() + std::chrono::seconds(10));  // what came before the start has been read
    daemon->wake();
    REQUIRE(until([this] { return daemon->state().caught_up; }));
  }
  ~Running() {
    daemon->stop();
    until([this] { return ended.has_value(); });
  }

  void settings(const std::string& watch) const {
    folder.write("duban.yaml",
                 "store: { directory: ledger }\ncatalog: " + std::string(kSource) +
                     "/config/catalog\ncalendars: calendar\nrules: [rules]\nchannels: {}\n"
                     "constants: { ordinary_limit_wd: 10, major_limit_d: 30, listing_limit_d: 365, "
                     "reinspection: 10d, five_fixes: 3wd, reinspection_fire: 3wd, "
                     "reinspection_special_equipment: 10wd, reinspection_coal: 20d, major_report: 24h, "
                     "listing_filing: 3wd, listing_publishing: 5wd, weather_check: 24h }\n"
                     "reload: { watch: " +
                     watch + ", after: 20ms }\n");
  }
  bool until(const std::function<bool()>& holds) { return loop_until(loop, holds); }
  std::string version() const { return daemon->configuration().version; }
  std::string notes() const {
    std::string all;
    for (const std::string& note : daemon->notes()) all += note + "\n";
    return all;
  }

  TemporaryFolder folder;
  VirtualClock clock;
  asio::io_context loop;
  std::unique_ptr<app::Daemon> daemon;
  std::optional<int> ended;
};

}  // namespace

TEST_CASE(
    "a rule file that is changed is taken up by itself, a broken one is refused and told, a good one heals "
    "it") {
  Running running("2026-06-01T10:00");
  const std::string first = running.version();
  running.folder.write("rules/a.yaml", rules("due - 5wd"));
  REQUIRE(running.until([&] { return running.version() != first; }));
  const std::string second = running.version();
  CHECK(running.notes() == "");

  running.folder.write("rules/a.yaml", rules("due - 5xd"));
  REQUIRE(running.until([&] { return running.notes() != ""; }));
  CHECK(running.notes().find("files are refused") != std::string::npos);
  CHECK(running.notes().find("rules/a.yaml:1:") != std::string::npos);
  CHECK(running.version() == second);

  running.folder.write("rules/a.yaml", rules("due - 5wd"));
  REQUIRE(running.until([&] { return running.notes() == ""; }));
  CHECK(running.version() == second);
}

TEST_CASE("a file that is renamed into its place, one that is new and one that is deleted are noticed") {
  Running running("2026-06-01T10:00");
  const std::string first = running.version();
  running.folder.write("a.new", rules("due - 4wd"));
  std::filesystem::rename(running.folder.file("a.new"), running.folder.file("rules/a.yaml"));
  REQUIRE(running.until([&] { return running.version() != first; }));
  const std::string second = running.version();
  running.folder.write("rules/b.yaml", "ladders: {}\n");
  REQUIRE(running.until([&] { return running.version() != second; }));
  std::filesystem::remove(running.folder.file("rules/b.yaml"));
  REQUIRE(running.until([&] { return running.version() == second; }));
}

TEST_CASE("a folder of rules that is replaced as a whole is noticed, and watched from then on") {
  Running running("2026-06-01T10:00");
  const std::string first = running.version();
  std::filesystem::create_directories(running.folder.file("next"));
  running.folder.write("next/a.yaml", rules("due - 4wd"));
  std::filesystem::rename(running.folder.file("rules"), running.folder.file("before"));
  std::filesystem::rename(running.folder.file("next"), running.folder.file("rules"));
  REQUIRE(running.until([&] { return running.version() != first; }));
  const std::string second = running.version();
  running.folder.write("rules/a.yaml", rules("due - 5wd"));
  REQUIRE(running.until([&] { return running.version() != second; }));
}

TEST_CASE("the watch is switched off by its setting, and on again by a reload that is asked for") {
  Running running("2026-06-01T10:00", "false");
  const std::string first = running.version();
  running.folder.write("rules/a.yaml", rules("due - 5wd"));
  running.loop.run_for(std::chrono::milliseconds(200));
  CHECK(running.version() == first);
  running.settings("true");
  running.daemon->reload();
  REQUIRE(running.until([&] { return running.version() != first; }));
  const std::string second = running.version();
  running.folder.write("rules/a.yaml", rules("due - 4wd"));
  REQUIRE(running.until([&] { return running.version() != second; }));
}

TEST_CASE("reloads that are asked for while one is under way are not forgotten") {
  Running running("2026-06-01T10:00", "false");
  const std::string first = running.version();
  running.folder.write("rules/a.yaml", rules("due - 5wd"));
  running.daemon->reload();
  running.folder.write("rules/a.yaml", rules("due - 6wd"));
  running.daemon->reload();
  Diagnostics findings;
  const std::string last = app::load_all(running.folder.file("duban.yaml"), findings).configuration->version;
  CHECK(running.until([&] { return running.version() == last; }));
}

TEST_CASE(
    "from 1 December on the operator is told that next year's arrangement is missing, until it is there") {
  Running running("2026-11-30T23:00");
  CHECK(running.notes() == "");
  running.clock.set(Zone::shanghai().parse("2026-12-01T00:00").value());
  running.daemon->wake();
  CHECK(running.notes().find("the arrangement of 2027 is missing in " + running.folder.file("calendar")) !=
        std::string::npos);
  running.folder.write("calendar/2027.yaml",
                       "year: 2027\nnotice: { url: https://www.gov.cn/x }\nholidays:\n"
                       "  - { id: new-year, name: 元旦, off: 2027-01-01..2027-01-03 }\n");
  REQUIRE(running.until([&] { return running.notes() == ""; }));
  CHECK(running.daemon->configuration().calendar->published(2027));
}
