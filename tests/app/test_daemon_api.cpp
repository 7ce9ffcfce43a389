// The daemon as a process, asked and told over its API, and killed.
#include <catch2/catch.hpp>

#include <signal.h>

#include "api/http_client.hpp"
#include "app/program.hpp"
#include "support/child_process.hpp"

using namespace duban;
using namespace duban::test;

namespace {

constexpr const char* kRules = R"yaml(
rules:
  - id: repeated
    title: 反复提醒
    subject: hazard
    when: hazard.state == 'reported'
    missed: all
    stages:
      - { id: now, at: opened, level: remind, severity: critical, to: [unit.officer] }
      - { id: again, at: opened + 30m, every: 30m, unless: acknowledged, level: remind, severity: critical, to: [unit.officer] }
  - id: tips
    title: 举报办理
    subject: tip
    stages:
      - { id: now, at: opened, level: remind, to: [unit.officer] }
)yaml";

std::string line(const std::string& type, const std::string& subject, const std::string& at,
                 const std::string& data) {
  const std::string instant = "2026-01-05T" + at + ":00+08:00";
  return R"({"at":")" + instant + R"(","specversion":"1.0","source":"/test","type":")" + type +
         R"(","id":"e-)" + subject + R"(","subject":")" + subject + R"(","time":")" + instant +
         R"(","data":{)" + data + "}}\n";
}

std::string hazard(const std::string& key, const std::string& at) {
  return line(
      "hazard.reported", key, at,
      R"("hazard_id":")" + key +
          R"(","enterprise_id":"E-1","area":"341004101205","industry":"fire","title":"疏散通道堵塞",)" +
          R"("origin":"inspection","found_on":"2026-01-05")");
}

/// A daemon on recorded events that come line by line, so that its time stands where the lines have got.
class RunningDaemon {
 public:
  explicit RunningDaemon(const TemporaryFolder& folder) {
    const std::string root = DUBAN_SOURCE_DIR;
    folder.write("rules.yaml", kRules);
    folder.write("duban.yaml",
                 "store: { directory: ledger }\n"
                 "catalog: " +
                     root + "/config/catalog\ncalendars: " + root +
                     "/config/calendar\n"
                     "rules: [rules.yaml]\ndirectory: " +
                     root +
                     "/tests/app/fixture/directory.yaml\n"
                     "constants: { ordinary_limit_wd: 10, major_limit_d: 30, listing_limit_d: 365 }\n"
                     "channels: { log: { type: file, path: alerts.jsonl } }\n"
                     "http: { listen: '127.0.0.1:0' }\n");
    config = folder.file("duban.yaml");
    child_.emplace(std::vector<std::string>{"sh", "-c",
                                            std::string("exec '") + DUBAN_BINARY_DIR + "/duban' --config " +
                                                config + " run --source jsonl:- 2>&1"});
    const std::string listening = "listening on 127.0.0.1:";
    for (std::string line = child_->line(); !line.empty(); line = child_->line()) {
      log += line + "\n";
      if (const size_t at = line.find(listening); at != std::string::npos) {
        port = static_cast<uint16_t>(std::stoi(line.substr(at + listening.size())));
        break;
      }
    }
    REQUIRE(port != 0);
    token = folder.read("ledger/api-token");
    token.pop_back();
  }
  void say(const std::string& lines) { child_->say(lines); }
  /// At once, and what it has written until then.
  void kill() {
    child_->kill();
    for (std::string line = child_->line(); !line.empty(); line = child_->line()) log += line + "\n";
  }

  nlohmann::json alerts() { return get(port, "/api/v1/alerts?limit=1000", token).json()["alerts"]; }
  /// How often a stage has been said about a hazard.
  long said(const std::string& key, const std::string& stage) {
    const auto all = alerts();
    return std::count_if(all.begin(), all.end(), [&](const auto& alert) {
      return alert["subject"]["id"] == key && alert["stage"] == stage;
    });
  }
  void wait_for(const std::string& key, const std::string& stage, long times) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (said(key, stage) < times) {
      INFO(log);
      REQUIRE(std::chrono::steady_clock::now() < end);
    }
  }
  std::string alert_of(const std::string& key) {
    for (const auto& alert : alerts())
      if (alert["subject"]["id"] == key && alert["stage"] == "now") return alert["id"];
    return {};
  }
  Ran command(const std::string& arguments) {
    return run_duban("--config " + config + " " + arguments +
                     " --url http://127.0.0.1:" + std::to_string(port));
  }

  std::string config, token, log;
  uint16_t port = 0;

 private:
  std::optional<ChildProcess> child_;
};

}  // namespace

TEST_CASE("an acknowledged alert is not repeated, also after the daemon was killed") {
  const TemporaryFolder folder;
  const std::string lines = hazard("H1", "10:00") + hazard("H2", "10:00") + hazard("H3", "10:10");
  std::string id;
  {
    RunningDaemon daemon(folder);
    daemon.say(lines);
    daemon.wait_for("H1", "now", 1);
    daemon.wait_for("H2", "now", 1);
    id = daemon.alert_of("H1");
    Sent ack{"POST", "/api/v1/alerts/" + id + "/acknowledgement", daemon.token, R"({"by":"E-1/officer"})"};
    CHECK(ask(daemon.port, ack).status == 201);
    daemon.kill();  // right after the answer
  }
  RunningDaemon daemon(folder);
  daemon.say(lines + hazard("H4", "12:10") + hazard("H5", "12:20"));
  daemon.wait_for("H2", "again", 4);  // 10:30, 11:00, 11:30, 12:00
  CHECK(daemon.said("H1", "again") == 0);
  CHECK(daemon.said("H1", "now") == 1);
  const auto acks = get(daemon.port, "/api/v1/alerts/" + id, daemon.token).json()["acknowledged"];
  REQUIRE(acks.size() == 1);
  CHECK(acks[0]["by"] == "E-1/officer");
  Sent again{"POST", "/api/v1/alerts/" + id + "/acknowledgement", daemon.token, R"({"by":"E-1/officer"})"};
  CHECK(ask(daemon.port, again).json()["already"] == true);
  daemon.kill();
  const Ran verified = run_duban("--config " + daemon.config + " audit verify");
  INFO(verified.out << verified.error);
  CHECK(verified.code == 0);
}

TEST_CASE("the commands show a running daemon and acknowledge through it") {
  const TemporaryFolder folder;
  RunningDaemon daemon(folder);
  daemon.say(hazard("H1", "10:00") + hazard("H2", "10:10") + line("hazard.nothing", "x", "10:20", "") +
             hazard("H3", "10:30"));
  daemon.wait_for("H2", "now", 1);
  const std::string id = daemon.alert_of("H1");

  const Ran status = daemon.command("status");
  CHECK(status.code == 1);  // not ready
  CHECK(status.out.find("not ready\n  catching up") == 0);
  CHECK(status.out.find("stdin/0") != std::string::npos);
  const Ran alerts = daemon.command("alerts --filter \"alert.subject == 'H1'\"");
  CHECK(alerts.code == 0);
  CHECK(alerts.out.find(id) != std::string::npos);
  CHECK(alerts.out.find("hazard/H2") == std::string::npos);
  CHECK(daemon.command("items --subject hazard/H1").out.find("repeated") != std::string::npos);
  CHECK(daemon.command("dead-letters").out.find("hazard.nothing") != std::string::npos);
  CHECK(daemon.command("ack " + id + " --by E-1/officer").out == id + " is acknowledged by E-1/officer\n");
  CHECK(daemon.command("ack " + id + " --by E-1/officer").out.find("already") != std::string::npos);
  CHECK(daemon.command("alerts " + id).out.find("seen by  E-1/officer") != std::string::npos);
  const Ran unknown = daemon.command("ack 00-nothing");
  CHECK(unknown.code == 6);
  CHECK(unknown.error.find("expected the id of an alert that was raised") != std::string::npos);
  const Ran wrong = daemon.command("alerts --filter 'alert.sevrity == 1'");
  CHECK(wrong.code == 6);
  CHECK(wrong.error.find("did you mean 'severity'?") != std::string::npos);
  daemon.kill();
  const Ran gone = daemon.command("status");
  CHECK(gone.code == 6);
  CHECK(gone.error.find("is the daemon running") != std::string::npos);

  const Ran exported = run_duban("--config " + daemon.config + " audit export");
  CHECK(exported.out.find("\"kind\":\"acknowledgement\",\"subject\":\"" + id + "\"") != std::string::npos);
  const std::string last = exported.out.substr(0, exported.out.size() - 1);
  CHECK(nlohmann::json::parse(last.substr(last.rfind('\n') + 1))["body"]["by"] == "E-1/officer");
}

TEST_CASE("who has tipped off the office is named nowhere") {
  const TemporaryFolder folder;
  RunningDaemon daemon(folder);
  const std::string person =
      R"("informant":"张三丰","informant_name":"张三丰","phone":"13912345678","contact":{"name":"张三丰"})";
  const auto tip = [&](const std::string& key, const std::string& at, const std::string& data) {
    return line("tip.received", key, at, data + person);
  };
  daemon.say(
      tip("TIP-1", "10:00",
          R"("tip_id":"TIP-1","at":"2026-01-05T09:00:00+08:00","title":"违规动火","handler":"E-1","realname":true,)") +
      tip("TIP-2", "10:01", R"("tip_id":"TIP-2","at":"nonsense",)") + tip("TIP-3", "10:02", "") +
      hazard("H1", "10:10") + hazard("H2", "10:20"));
  daemon.wait_for("TIP-1", "now", 1);
  daemon.wait_for("H1", "now", 1);
  std::string seen;
  for (const char* target :
       {"/api/v1/alerts", "/api/v1/items?state=all", "/api/v1/dead-letters", "/api/v1/status", "/metrics"})
    seen += get(daemon.port, target, daemon.token).body;
  CHECK(seen.find("TIP-1") != std::string::npos);
  CHECK(nlohmann::json::parse(get(daemon.port, "/api/v1/dead-letters", daemon.token).body)["dead_letters"]
            .size() == 2);
  daemon.kill();
  seen +=
      daemon.log + run_duban("--config " + daemon.config + " audit export").out + folder.read("alerts.jsonl");
  CHECK(seen.find("张三丰") == std::string::npos);
  CHECK(seen.find("13912345678") == std::string::npos);
}
