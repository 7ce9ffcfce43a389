// Silences end to end: a daemon as a process, real messages, the command line.
#include <fstream>

#include "app/live_daemon.hpp"
#include "support/webhook_receiver.hpp"

using namespace duban;
using namespace duban::test;

namespace {

constexpr const char* kRules = R"yaml(
rules:
  - id: told
    title: 隐患上报
    subject: hazard
    when: hazard.state == 'reported'
    stages:
      - { id: now, at: opened, level: remind, to: [unit.officer] }
)yaml";

constexpr const char* kDirectory = R"yaml(
units:
  - { unit_id: E-1, kind: enterprise, name: 某茶叶加工厂, area: '341004101205', posts: { officer: { name: 王小明, phone: '13800001111' } } }
)yaml";

struct Group {
  TemporaryFolder folder;
  WebhookReceiver robot{{"--service", "dingtalk", "--token", "t"}, "chat_receiver.py"};
  LiveDaemon daemon;

  Group() : daemon(folder, settings()) {}

  LiveSettings settings() const {
    folder.write("token", "t");
    LiveSettings settings;
    settings.rules = kRules;
    settings.directory = kDirectory;
    settings.routes = "routes: [{ channels: [log], notify: robot }]\n";
    settings.channels = "{ robot: { type: dingtalk, url: '" + robot.url("/robot/send") +
                        "', token_file: token }, log: { type: file, path: alerts.jsonl } }";
    settings.more = "http: { listen: '127.0.0.1:0' }\n";
    settings.shards = 2;
    return settings;
  }
  /// In how many of the messages a title is named.
  size_t told(const std::string& title) const {
    size_t count = 0;
    for (const auto& message : robot.messages())
      count += message["text"].get<std::string>().find(title) != std::string::npos;
    return count;
  }
};

}  // namespace

TEST_CASE("what a silence holds back is told when it ends, if it still counts, and once") {
  Group group;
  LiveDaemon& daemon = group.daemon;
  const Ran added =
      daemon.command("silence add unit=E-1 level=remind --for 24h --reason 停产检修 --by 黄海燕");
  INFO(added.error << daemon.log());
  REQUIRE(added.code == 0);
  const std::string id = added.out.substr(0, added.out.find(' '));
  CHECK(added.out.ends_with("alert.unit == 'E-1' && alert.level == 'remind'\n"));

  // Two shards, a subject in each of them at least.
  for (const char* key : {"H1", "H2", "H3", "H4"}) daemon.hazard(key, std::string("隐患") + key);
  for (const char* key : {"H1", "H2", "H3", "H4"})
    daemon.wait(std::string(key) + " to be held back", [&] {
      return daemon.alert_of(key).dump().find("silence " + id + " by 黄海燕") != std::string::npos;
    });
  CHECK(daemon.command("silence list").out.find(id + "  active") != std::string::npos);
  CHECK(daemon.api("GET", "/api/v1/silences").json()["silences"][0]["holds_back"] == 4);
  CHECK(get(daemon.port, "/metrics").body.find("duban_silences_active 1") != std::string::npos);
  CHECK(group.folder.read("alerts.jsonl").find("\"H1\"") != std::string::npos);  // as it is, as ever

  daemon.kill();  // it is on disk, and so is what it holds back
  daemon.start();
  daemon.hazard("H5", "隐患H5");
  daemon.alert_of("H5");
  daemon.command("ack " + daemon.alert_of("H4")["id"].get<std::string>() + " --by E-1/officer");
  CHECK(group.robot.messages().empty());

  const Ran ended = daemon.command("silence end " + id + " --by 朱春生");
  CHECK(ended.code == 0);
  CHECK(ended.out == id + " is ended by 朱春生; what it held back and is still current goes out\n");
  for (const char* title : {"隐患H1", "隐患H2", "隐患H3", "隐患H5"})
    daemon.wait(std::string(title) + " to be told", [&] { return group.told(title) > 0; });
  daemon.wait("what was acknowledged to be withheld",
              [&] { return daemon.alert_of("H4").dump().find("no longer current") != std::string::npos; });
  CHECK(group.told("隐患H4") == 0);
  CHECK(group.robot.messages().size() <= 2);  // merged: a message of each shard
  for (const char* title : {"隐患H1", "隐患H2", "隐患H3", "隐患H5"}) CHECK(group.told(title) == 1);

  const Ran twice = daemon.command("silence end " + id);
  CHECK(twice.code == 6);
  CHECK(twice.error.find("expected a silence that is not over yet") != std::string::npos);
  CHECK(daemon.command("silence list").out.find(id) == std::string::npos);
  CHECK(daemon.command("silence list --all").out.find(id + "  over") != std::string::npos);
  daemon.kill();
  const std::string audit = run_duban("--config " + daemon.config + " audit export").out;
  CHECK(audit.find("\"command\":\"silence.added\"") != std::string::npos);
  CHECK(audit.find("停产检修") != std::string::npos);
  CHECK(audit.find("\"ended_by\":\"朱春生\"") != std::string::npos);
  CHECK(audit.find("\"origin\":\"api 127.0.0.1\"") != std::string::npos);
  CHECK(run_duban("--config " + daemon.config + " audit verify").code == 0);
}

TEST_CASE("a silence ends by its time, and other alerts are told meanwhile") {
  Group group;
  LiveDaemon& daemon = group.daemon;
  REQUIRE(daemon.command("silence add subject=hazard/H1 area=3410 --for 3s --reason 演练").code == 0);
  daemon.hazard("H1", "隐患H1");
  daemon.hazard("H2", "隐患H2");
  daemon.wait("H2 to be told", [&] { return group.told("隐患H2") == 1; });
  daemon.wait("H1 to be told", [&] { return group.told("隐患H1") == 1; });
  CHECK(daemon.alert_of("H1").dump().find("演练") != std::string::npos);
}

TEST_CASE("a silence that says too little is refused before anybody is asked") {
  for (const auto& [arguments, message] :
       {std::pair{"silence add --reason r --for 1h", "what is to be silenced is not said"},
        {"silence add untit=E-1 --reason r --for 1h", "did you mean 'unit'?"},
        {"silence add unit --reason r --for 1h", "write it like unit=E-1"},
        {"silence add unit=E-1 --every --reason r --for 1h", "--every silences all there is"},
        {"silence add unit=E-1 --for 1h", "--reason is required"},
        {"silence end", "silence is required"},
        {"silence", "A subcommand is required"}}) {
    INFO(arguments);
    const Ran ran = run_duban(arguments);
    CHECK(ran.code == 2);
    CHECK(ran.error.find(message) != std::string::npos);
  }
}
