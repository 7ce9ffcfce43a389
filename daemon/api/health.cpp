// What monitoring asks: is it alive, does it do its work, how much of it, how far behind.
#include <nlohmann/json.hpp>

#include "api/metrics.hpp"
#include "api/server_impl.hpp"
#include "ledger/silences.hpp"

namespace duban::api {
namespace {

LedgerStatus ledger_status(Snapshots& snapshots, Instant now) {
  LedgerStatus sum;
  for (size_t shard = 0; shard < snapshots.count(); ++shard) {
    ledger::Ledger& ledger = snapshots.ledger(shard);
    const ledger::Ledger::Counts counts = ledger.counts();
    sum.open_items += counts.open_items;
    sum.entities += counts.entities;
    sum.alerts += counts.alerts;
    sum.held += counts.held;
    sum.rejected += counts.rejected;
    sum.dead_letters += counts.dead_letters;
    const auto silences = static_cast<int64_t>(ledger.silences().active(now).size());
    sum.silences = std::max(sum.silences, silences);
    for (const auto& [channel, pending] : ledger.pending_by_channel()) sum.pending[channel] += pending;
  }
  return sum;
}

/// What the ledgers cannot tell, because they cannot be read, is left out.
Respond or_without(Respond respond, std::function<Response()> without) {
  return [respond = std::move(respond), without = std::move(without)](Response response) {
    respond(response.status == 200 ? std::move(response) : without());
  };
}

}  // namespace

/// Alive: the event loop answers. Whether it does its work is /readyz's.
void Server::Impl::healthz(Call call) {
  Response response;
  response.body = "{\"alive\":true}\n";
  call.respond(std::move(response));
}

void Server::Impl::readyz(Call call) {
  const std::vector<std::string> reasons = backend.status().not_ready();
  Response response;
  response.status = reasons.empty() ? 200 : 503;
  const nlohmann::ordered_json body{{"ready", reasons.empty()}, {"not_ready", reasons}};
  response.body = body.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
  call.respond(std::move(response));
}

void Server::Impl::metrics(Call call) {
  const auto answer = [status = backend.status()](const std::optional<LedgerStatus>& ledgers) {
    Response response;
    response.content_type = kMetricsType;
    response.body = metrics_text(status, ledgers);
    return response;
  };
  read([answer, now = clock.now()](Snapshots& snapshots) { return answer(ledger_status(snapshots, now)); },
       or_without(std::move(call.respond), [answer] { return answer(std::nullopt); }));
}

void Server::Impl::status(Call call) {
  const auto answer = [status = backend.status(), zone = zone()](const std::optional<LedgerStatus>& ledgers) {
    Response response;
    response.body = status_json(status, ledgers, zone);
    return response;
  };
  read([answer, now = clock.now()](Snapshots& snapshots) { return answer(ledger_status(snapshots, now)); },
       or_without(std::move(call.respond), [answer] { return answer(std::nullopt); }));
}

}  // namespace duban::api
