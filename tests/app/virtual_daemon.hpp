// A daemon within the test, on a virtual clock and a source that gives nothing, its configuration in a folder
// of its own.
#pragma once

#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <catch2/catch.hpp>

#include "app/daemon.hpp"
#include "support/loop_until.hpp"
#include "support/temporary_folder.hpp"

namespace duban::test {

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

inline std::string rules(const std::string& at) {
  return "rules: [{ id: r, title: 限期整改, subject: hazard, when: has(hazard.due), due: hazard.due, stages: "
         "[{ id: s, at: " +
         at +
         ", level: remind, to: [unit.officer] }, { id: late, at: due + 1wd, level: urge, to: [office] }] "
         "}]\n";
}

class Running {
 public:
  explicit Running(const std::string& now, const std::string& watch = "true", const std::string& more = "")
      : clock(Zone::shanghai().parse(now).value()) {
    std::filesystem::create_directories(folder.file("calendar"));
    for (const auto& file :
         std::filesystem::directory_iterator(std::string(DUBAN_SOURCE_DIR) + "/config/calendar"))
      std::filesystem::copy_file(file.path(), folder.file("calendar/" + file.path().filename().string()));
    std::filesystem::create_directories(folder.file("rules"));
    folder.write("rules/a.yaml", rules("due - 3wd"));
    settings(watch, more);
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

  void settings(const std::string& watch, const std::string& more = "") const {
    folder.write("duban.yaml",
                 "store: { directory: ledger }\ncatalog: " + std::string(DUBAN_SOURCE_DIR) +
                     "/config/catalog\ncalendars: calendar\nrules: [rules]\nchannels: {}\n"
                     "constants: { ordinary_limit_wd: 10, major_limit_d: 30, listing_limit_d: 365, "
                     "reinspection: 10d, five_fixes: 3wd, reinspection_fire: 3wd, "
                     "reinspection_special_equipment: 10wd, reinspection_coal: 20d, major_report: 24h, "
                     "listing_filing: 3wd, listing_publishing: 5wd, weather_check: 24h }\n"
                     "reload: { watch: " +
                     watch + ", after: 20ms }\n" + more);
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

}  // namespace duban::test
