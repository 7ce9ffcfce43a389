#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <asio/io_context.hpp>
#include <catch2/catch.hpp>

#include "delivery/append_file.hpp"
#include "delivery/channel_settings.hpp"
#include "support/loop_until.hpp"
#include "support/sample_alert.hpp"
#include "support/temporary_folder.hpp"

using namespace duban;
using namespace duban::delivery;
using namespace duban::test;
using namespace std::chrono_literals;

namespace {

struct Scene {
  asio::io_context loop{1};
  std::unique_ptr<Clock> clock = make_system_clock();
  TemporaryFolder folder;
  std::unique_ptr<Channel> channel;

  std::unique_ptr<Channel> open(const std::string& path) {
    ChannelSettings settings;
    settings.name = "log";
    settings.type = "file";
    settings.path = path;
    MadeChannel made = make_channel(settings, {loop, *clock, Zone::shanghai()});
    REQUIRE(made.channel);
    return std::move(made.channel);
  }
  std::vector<Outcome> send(Channel& to, const std::vector<std::string>& ids) {
    std::vector<Outcome> outcomes;
    for (const std::string& id : ids) {
      to.send(alert_message(id), [&](Outcome o) { outcomes.push_back(std::move(o)); });
    }
    REQUIRE(loop_until(loop, [&] { return outcomes.size() == ids.size(); }));
    return outcomes;
  }
};

/// The kernel refuses to let files of this process grow beyond `bytes`, as a full disk would.
class SmallDisk {
 public:
  explicit SmallDisk(rlim_t bytes) {
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit now{bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &now);
  }
  ~SmallDisk() { setrlimit(RLIMIT_FSIZE, &before_); }

 private:
  rlimit before_{};
};

}  // namespace

TEST_CASE("a file gets one JSON line per alert, after what it holds already") {
  Scene scene;
  scene.folder.write("alerts", "before\n");
  const auto channel = scene.open(scene.folder.file("alerts"));
  for (const Outcome& o : scene.send(*channel, {"1", "2", "3"})) CHECK(o.kind == Outcome::Kind::delivered);
  CHECK(scene.folder.read("alerts") ==
        "before\n" + alert_json("1") + "\n" + alert_json("2") + "\n" + alert_json("3") + "\n");
}

TEST_CASE("line ends within a record do not break the line") {
  Scene scene;
  const auto channel = scene.open(scene.folder.file("alerts"));
  Message message = alert_message();
  message.body = "{\"id\":\n\"1\"}";
  bool done = false;
  channel->send(message, [&](const Outcome&) { done = true; });
  REQUIRE(loop_until(scene.loop, [&] { return done; }));
  CHECK(scene.folder.read("alerts") == "{\"id\": \"1\"}\n");
}

TEST_CASE("a file that was moved away is created anew, and the moved one stays whole") {
  Scene scene;
  const auto channel = scene.open(scene.folder.file("alerts"));
  scene.send(*channel, {"1"});
  std::filesystem::rename(scene.folder.file("alerts"), scene.folder.file("alerts.1"));
  scene.send(*channel, {"2"});
  std::filesystem::remove(scene.folder.file("alerts"));
  scene.send(*channel, {"3"});
  CHECK(scene.folder.read("alerts.1") == alert_json("1") + "\n");
  CHECK(scene.folder.read("alerts") == alert_json("3") + "\n");
  struct stat info{};
  stat(scene.folder.file("alerts").c_str(), &info);
  CHECK((info.st_mode & 0007) == 0);
}

TEST_CASE("a file that cannot be written lets alerts wait and says why") {
  Scene scene;
  for (const char* path : {"/dev/full", "/proc/duban/none/alerts"}) {
    const auto channel = scene.open(path);
    const Outcome outcome = scene.send(*channel, {"1"}).at(0);
    CHECK(outcome.kind == Outcome::Kind::retry);
    CHECK(outcome.whole_channel);
    CHECK(outcome.answer.find(path) == 0);
  }
}

TEST_CASE("of a write that a full disk cut off nothing stays, and it succeeds as a whole later") {
  Scene scene;
  const auto channel = scene.open(scene.folder.file("alerts"));
  scene.send(*channel, {"1"});
  {
    SmallDisk disk(alert_json("1").size() + 100);
    for (const Outcome& o : scene.send(*channel, {"2", "3"})) {
      CHECK(o.kind == Outcome::Kind::retry);
      CHECK(o.answer.find("writing failed: File too large") != std::string::npos);
    }
    CHECK(scene.folder.read("alerts") == alert_json("1") + "\n");
  }
  scene.send(*channel, {"2", "3"});
  CHECK(scene.folder.read("alerts") ==
        alert_json("1") + "\n" + alert_json("2") + "\n" + alert_json("3") + "\n");
}

TEST_CASE("a line torn by a power failure is ended before the next one") {
  TemporaryFolder folder;
  AppendFile file(folder.write("alerts", "{\"id\":\"1\"}\n{\"id\":\"to"));
  CHECK(file.append("{\"id\":\"2\"}\n").empty());
  CHECK(file.append("{\"id\":\"3\"}\n").empty());
  CHECK(folder.read("alerts") == "{\"id\":\"1\"}\n{\"id\":\"to\n{\"id\":\"2\"}\n{\"id\":\"3\"}\n");
}

TEST_CASE("closing writes what was handed over") {
  Scene scene;
  const auto channel = scene.open(scene.folder.file("alerts"));
  bool delivered = false, closed = false;
  channel->send(alert_message("1"),
                [&](const Outcome& o) { delivered = o.kind == Outcome::Kind::delivered; });
  channel->close(1s, [&] { closed = true; });
  CHECK(delivered);
  CHECK(closed);
  CHECK(scene.folder.read("alerts") == alert_json("1") + "\n");
}
