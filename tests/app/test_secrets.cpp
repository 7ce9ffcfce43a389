// Secrets are read again with SIGHUP: the API's token, a channel's credentials.
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

LiveSettings settings(const WebhookReceiver& hook) {
  LiveSettings settings;
  settings.rules = kRules;
  settings.routes = "routes: [{ channels: [hook] }]\n";
  settings.directory = "units: [{ unit_id: E-1, kind: enterprise, name: 厂, area: '341004101205' }]\n";
  settings.channels = "{ hook: { type: webhook, url: '" + hook.url() + "', secret_file: secret } }";
  settings.more = "http: { listen: '127.0.0.1:0' }\ndelivery: { retry_first: 100ms, retry_most: 500ms }\n";
  return settings;
}

}  // namespace

TEST_CASE("after a reload of rules that have not changed their items open as before") {
  const TemporaryFolder folder;
  WebhookReceiver hook;
  folder.write("secret", "x");
  LiveDaemon daemon(folder, settings(hook));
  daemon.hazard("H1");
  daemon.alert_of("H1");
  daemon.signal(SIGHUP);
  daemon.wait("the reload", [&] { return daemon.log().find("is active") != std::string::npos; });
  daemon.hazard("H2");
  daemon.alert_of("H2");
  CHECK(daemon.alerts().size() == 2);
}

TEST_CASE(
    "with SIGHUP the new token is good and the old one is not, and a channel signs with its new secret") {
  const TemporaryFolder folder;
  WebhookReceiver hook({"--secret-file", folder.write("right", "the right secret")});
  folder.write("secret", "a wrong secret");
  LiveDaemon daemon(folder, settings(hook));
  daemon.hazard("H1");
  daemon.wait("a refusal", [&] { return hook.counts()["bad_signature"] > 0; });
  CHECK(hook.counts()["taken"] == 0);
  CHECK(get(daemon.port, "/metrics").body.find("duban_channel_stopped{channel=\"hook\"} 1") !=
        std::string::npos);

  const std::string old = daemon.token;
  folder.write("secret", "the right secret\n");
  folder.write("ledger/api-token", "a new token of the API\n");
  CHECK(get(daemon.port, "/api/v1/status", old).status == 200);  // nobody has said so yet
  daemon.signal(SIGHUP);
  daemon.token = "a new token of the API";
  daemon.wait("the new token", [&] { return daemon.api("GET", "/api/v1/status").status == 200; });
  CHECK(get(daemon.port, "/api/v1/status", old).status == 401);
  CHECK(daemon.command("status").code == 0);
  daemon.wait("the alert", [&] { return hook.counts()["distinct"] == 1; });
  CHECK(hook.counts()["repeated"] == 0);

  folder.write("secret", "");  // a secret that cannot be read replaces none
  folder.write("ledger/api-token", "");
  daemon.signal(SIGHUP);
  daemon.wait("the complaint", [&] {
    const std::string log = daemon.log();
    return log.find("api-token is empty") != std::string::npos &&
           log.find("the channels stay as they were") != std::string::npos;
  });
  CHECK(daemon.api("GET", "/api/v1/status").status == 200);
  daemon.hazard("H2");
  daemon.wait("the alert", [&] { return hook.counts()["distinct"] == 2; });
  const std::string log = daemon.log();
  for (const char* secret : {"the right secret", "a wrong secret", "a new token of the API"})
    CHECK(log.find(secret) == std::string::npos);
  CHECK(log.find(old) == std::string::npos);
}
