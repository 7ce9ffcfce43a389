#include <catch2/catch.hpp>

#include "api/api_server.hpp"
#include "api/http_client.hpp"

using namespace duban;
using namespace duban::test;

namespace {

api::Status ready_status() {
  api::Status status;
  status.started = status.caught_up = status.reachable = true;
  status.now = instant_of_ms(1'700'000'000'000);
  status.settled = status.now - std::chrono::milliseconds(1'500);
  return status;
}

std::vector<std::string> reasons(ApiServer& server, const api::Status& status) {
  server.on_loop([&] { server.backend.state = status; });
  const Answer answer = get(server.port, "/readyz");
  CHECK(answer.status == (answer.json()["ready"] ? 200 : 503));
  return answer.json()["not_ready"].get<std::vector<std::string>>();
}

}  // namespace

TEST_CASE("a daemon is alive as soon as its loop answers, and not ready before it has started") {
  ApiServer server;
  CHECK(get(server.port, "/healthz").status == 200);
  const Answer answer = get(server.port, "/readyz");
  CHECK(answer.status == 503);
  CHECK(answer.json()["not_ready"].dump().find("starting") != std::string::npos);
}

TEST_CASE("/readyz says why the daemon is not ready") {
  ApiServer server;
  CHECK(reasons(server, ready_status()).empty());
  api::Status status = ready_status();
  status.caught_up = false;
  CHECK(reasons(server, status).at(0).find("catching up") == 0);
  status = ready_status();
  status.reachable = false;
  status.stopped_inputs = {"safety.hazards/0: offset 4 is not there any more"};
  CHECK(reasons(server, status).at(0).find("inputs lost: no broker") == 0);
  CHECK(reasons(server, status).at(1).find("safety.hazards/0: offset 4") != std::string::npos);
  status = ready_status();
  status.storage_failed = true;
  CHECK(reasons(server, status).at(0).find("the storage fails") == 0);
  status = ready_status();
  status.clock_suspicious = true;
  CHECK(reasons(server, status).at(0).find("the clock was set forward") == 0);
}

TEST_CASE("/metrics is Prometheus text with what the loop and the ledger know") {
  ApiServer server;
  server.in_transaction([](ledger::Ledger& ledger) {
    ledger::Alert alert;
    alert.id = "5f-1";
    alert.json = "{}";
    alert.channels = {"duty", "log"};
    ledger.raise(alert);
  });
  api::Status status = ready_status();
  status.events = 7;
  status.refusals = 2;
  status.notes = {"the arrangement of 2027 is missing"};
  status.alerts[static_cast<size_t>(rule::Level::urge)] = 3;
  status.channels["duty"].retried = 4;
  status.inputs.push_back({{"safety.hazards", 3}, 90, 100});
  status.batch_times.add(Duration{3});
  status.batch_times.add(Duration{9'999});
  server.on_loop([&] { server.backend.state = status; });
  const Answer answer = get(server.port, "/metrics");
  CHECK(answer.status == 200);
  CHECK(answer.head.find("text/plain; version=0.0.4") != std::string::npos);
  for (const char* line :
       {"\nduban_events_total 7\n", "\nduban_refusals_total 2\n", "\nduban_alerts_total{level=\"urge\"} 3\n",
        "\nduban_attempts_total{channel=\"duty\",outcome=\"retry\"} 4\n",
        "\nduban_consumer_lag{topic=\"safety.hazards\",partition=\"3\"} 10\n", "\nduban_behind_seconds 1.5\n",
        "\nduban_outbox_pending{channel=\"duty\"} 1\n", "\nduban_batch_seconds_bucket{le=\"0.005\"} 1\n",
        "\nduban_batch_seconds_bucket{le=\"+Inf\"} 2\n", "\nduban_batch_seconds_sum 10.002\n",
        "\nduban_notes 1\n", "\nduban_alerts_kept 1\n"}) {
    INFO(line);
    CHECK(answer.body.find(line) != std::string::npos);
  }
}

TEST_CASE("/metrics answers while a ledger cannot be read, without what it would say") {
  ApiServer server;
  server.on_loop([&] { server.backend.state = ready_status(); });
  std::filesystem::remove(server.folder.file("shard-0-of-1.db"));
  std::filesystem::create_directory(server.folder.file("shard-0-of-1.db"));
  const Answer answer = get(server.port, "/metrics");
  CHECK(answer.status == 200);
  CHECK(answer.body.find("duban_events_total") != std::string::npos);
  CHECK(answer.body.find("duban_alerts_kept") == std::string::npos);
}

TEST_CASE("the status wants the bearer token") {
  ApiServer server;
  server.on_loop([&] { server.backend.state = ready_status(); });
  const Answer none = get(server.port, "/api/v1/status");
  CHECK(none.status == 401);
  CHECK(none.head.find("WWW-Authenticate: Bearer") != std::string::npos);
  CHECK(get(server.port, "/api/v1/status", std::string(kToken) + "0").status == 401);
  CHECK(get(server.port, "/api/v1/status", std::string(kToken).substr(1)).status == 401);
  const Answer answer = get(server.port, "/api/v1/status", kToken);
  CHECK(answer.status == 200);
  CHECK(answer.json()["ready"] == true);
  CHECK(answer.json()["behind_ms"] == 1500);
  CHECK(answer.json()["ledger"]["alerts"] == 0);
}
