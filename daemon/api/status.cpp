#include "api/status.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

namespace duban::api {
namespace {

using Json = nlohmann::ordered_json;

Json inputs_json(const Status& status) {
  Json inputs = Json::array();
  for (const InputStatus& input : status.inputs) {
    Json entry{{"topic", input.input.topic},
               {"partition", input.input.partition},
               {"next_offset", input.next_offset}};
    if (input.end) {
      entry["end"] = *input.end;
      entry["lag"] = std::max<int64_t>(0, *input.end - input.next_offset);
    }
    inputs.push_back(std::move(entry));
  }
  return inputs;
}

Json channels_json(const Status& status, const std::optional<LedgerStatus>& ledgers, const Zone& zone) {
  Json channels = Json::object();
  for (const auto& [name, channel] : status.channels) {
    Json entry{{"delivered", channel.delivered},
               {"retried", channel.retried},
               {"rejected", channel.rejected},
               {"in_flight", channel.in_flight},
               {"stopped", channel.stopped}};
    if (channel.stopped) entry["last_failure"] = channel.last_failure;
    for (size_t i = 0; i < channel.waiting.size(); ++i)
      entry["waiting"][std::string(rule::name(static_cast<rule::Severity>(i)))] = channel.waiting[i];
    entry["sent"] = channel.sent;
    entry["per_minute"] = std::round(channel.per_minute);
    if (channel.ends) entry["ends"] = zone.format(*channel.ends);
    if (ledgers) entry["pending"] = 0;
    channels[name] = std::move(entry);
  }
  if (ledgers)
    for (const auto& [name, pending] : ledgers->pending) channels[name]["pending"] = pending;
  for (const std::string& name : status.unknown_channels) channels[name]["unknown"] = true;
  return channels;
}

}  // namespace

void BatchTimes::add(Duration took) {
  const auto bound = std::find_if(kBounds.begin(), kBounds.end(), [&](int ms) { return took.count() <= ms; });
  ++counts[static_cast<size_t>(bound - kBounds.begin())];
  ++count;
  sum += took;
}

std::vector<std::string> Status::not_ready() const {
  std::vector<std::string> reasons;
  if (!started) reasons.emplace_back("starting: the ledgers are being opened");
  if (stopping) reasons.emplace_back("stopping");
  if (started && !caught_up)
    reasons.emplace_back("catching up: events that came before the start are not all applied yet");
  if (started && !reachable)
    reasons.emplace_back("inputs lost: no broker can be reached, so events may be missing");
  for (const std::string& input : stopped_inputs)
    reasons.push_back("inputs lost: " + input + "; it waits for a person's decision");
  if (storage_failed) reasons.emplace_back("the storage fails: nothing is applied until it works again");
  if (clock_suspicious)
    reasons.emplace_back("the clock was set forward: deadlines are held until that is confirmed (SIGUSR1)");
  return reasons;
}

std::string status_json(const Status& status, const std::optional<LedgerStatus>& ledgers, const Zone& zone) {
  const std::vector<std::string> reasons = status.not_ready();
  Json body{{"ready", reasons.empty()},
            {"not_ready", reasons},
            {"notes", status.notes},
            {"configuration", status.configuration},
            {"shards", status.shards},
            {"now", zone.format(status.now)},
            {"settled", status.settled == Instant{} ? Json() : Json(zone.format(status.settled))},
            {"behind_ms", status.settled == Instant{} ? Json() : Json(status.behind().count())},
            {"buffered", status.buffered}};
  Json alerts = Json::object();
  for (size_t level = 0; level < status.alerts.size(); ++level)
    alerts[std::string(rule::name(static_cast<rule::Level>(level)))] = status.alerts[level];
  body["since_start"] = {{"events", status.events},   {"duplicates", status.duplicates},
                         {"parked", status.parked},   {"refusals", status.refusals},
                         {"batches", status.batches}, {"alerts", std::move(alerts)}};
  if (ledgers)
    body["ledger"] = {{"open_items", ledgers->open_items}, {"entities", ledgers->entities},
                      {"alerts", ledgers->alerts},         {"held", ledgers->held},
                      {"rejected", ledgers->rejected},     {"dead_letters", ledgers->dead_letters}};
  else
    body["ledger"] = nullptr;
  body["inputs"] = inputs_json(status);
  body["channels"] = channels_json(status, ledgers, zone);
  return body.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace duban::api
