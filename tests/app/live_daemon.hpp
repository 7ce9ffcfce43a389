// `duban run` as a process, beside a broker of the test's own: events go in as records, alerts leave by real
// channels, the API is asked over HTTP.
#pragma once

#include <signal.h>

#include <chrono>

#include "api/http_client.hpp"
#include "app/program.hpp"
#include "core/clock.hpp"
#include "intake/embedded_broker.hpp"
#include "support/child_process.hpp"

namespace duban::test {

/// What a daemon of a test runs with; paths are relative to its folder.
struct LiveSettings {
  std::string rules, routes, channels, directory;
  std::string more{};  // further settings
  int shards = 1;
};

class LiveDaemon {
 public:
  LiveDaemon(const TemporaryFolder& folder, const LiveSettings& settings) : folder_(folder) {
    const std::string root = DUBAN_SOURCE_DIR;
    std::string kafka;
    for (const auto& [name, value] : broker.consumer_properties())
      kafka += (kafka.empty() ? "" : ", ") + name + ": '" + value + "'";
    folder.write("rules.yaml", settings.rules);
    folder.write("routes.yaml", settings.routes);
    folder.write("directory.yaml", settings.directory);
    config = folder.write(
        "duban.yaml", "kafka: { properties: { " + kafka +
                          " }, topics: [events] }\n"
                          "store: { directory: ledger }\nshards: " +
                          std::to_string(settings.shards) + "\ncatalog: " + root +
                          "/config/catalog\ncalendars: " + root +
                          "/config/calendar\nrules: [rules.yaml]\nroutes: routes.yaml\n"
                          "directory: directory.yaml\n"
                          "constants: { ordinary_limit_wd: 10, major_limit_d: 30, listing_limit_d: 365 }\n"
                          "channels: " +
                          settings.channels + "\nreload: { watch: false }\n" + settings.more);
    start();
  }
  ~LiveDaemon() { kill(); }

  void start() {
    child_ = std::make_unique<ChildProcess>(
        std::vector<std::string>{"sh", "-c",
                                 std::string("exec '") + DUBAN_BINARY_DIR + "/duban' --config " + config +
                                     " run >>" + folder_.file("log") + " 2>&1"});
    const std::string listening = "listening on 127.0.0.1:";
    wait("it to listen", [&] {
      const std::string text = log();
      const size_t at = text.find(listening, listened_);
      if (at == std::string::npos || text.find('\n', at) == std::string::npos) return false;
      port = static_cast<uint16_t>(std::stoi(text.substr(at + listening.size())));
      listened_ = at + 1;
      return true;
    });
    token = folder_.read("ledger/api-token");
    token.pop_back();
    wait("it to be ready", [&] { return get(port, "/readyz").status == 200; });
  }
  void kill() { child_.reset(); }
  void signal(int number) { ::kill(child_->pid(), number); }

  std::string log() const { return folder_.read("log"); }
  /// Until something holds; the test fails if it does not within a minute.
  void wait(const std::string& what, const std::function<bool()>& holds) const {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (!holds()) {
      if (std::chrono::steady_clock::now() > end) {
        INFO(log() << "\n" << api("GET", "/api/v1/status").body);
        FAIL("waited in vain for " << what);
      }
    }
  }
  /// An event that has just happened, or so many seconds ago.
  void say(const std::string& type, const std::string& subject, nlohmann::json data, int seconds_ago = 0) {
    const Instant now = clock_->now();
    const nlohmann::json event{
        {"specversion", "1.0"},   {"source", "/test"},
        {"type", type},           {"id", "e-" + std::to_string(++events_)},
        {"subject", subject},     {"time", Zone::shanghai().format(now - std::chrono::seconds(seconds_ago))},
        {"data", std::move(data)}};
    broker.produce({"events", subject, event.dump(), {}, now});
    broker.flush();
  }
  void hazard(const std::string& key, const std::string& title = "疏散通道堵塞", int seconds_ago = 0) {
    say("hazard.reported", key,
        {{"hazard_id", key},
         {"enterprise_id", "E-1"},
         {"area", "341004101205"},
         {"industry", "fire"},
         {"title", title},
         {"origin", "inspection"},
         {"found_on", "2026-01-05"}},
        seconds_ago);
  }
  nlohmann::json alerts() const { return get(port, "/api/v1/alerts?limit=1000", token).json()["alerts"]; }
  /// The alert of a stage about a subject, once there is one.
  nlohmann::json alert_of(const std::string& key, const std::string& stage = "now") const {
    nlohmann::json found;
    wait(stage + " about " + key, [&] {
      for (const auto& alert : alerts())
        if (alert["subject"]["id"] == key && alert["stage"] == stage) found = alert;
      return !found.is_null();
    });
    return get(port, "/api/v1/alerts/" + found["id"].get<std::string>(), token).json();
  }
  Answer api(const std::string& method, const std::string& target, const std::string& body = "") const {
    Sent sent{method, target, token, body};
    return ask(port, sent);
  }
  Ran command(const std::string& arguments) const {
    return run_duban("--config " + config + " " + arguments +
                     " --url http://127.0.0.1:" + std::to_string(port));
  }

  intake::EmbeddedBroker broker{{{"events", 2}}};
  std::string config, token;
  uint16_t port = 0;

 private:
  const TemporaryFolder& folder_;
  std::unique_ptr<Clock> clock_ = make_system_clock();
  std::unique_ptr<ChildProcess> child_;
  size_t listened_ = 0;
  int events_ = 0;
};

}  // namespace duban::test
