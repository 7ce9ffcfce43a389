#include "app/api_backend.hpp"

#include <algorithm>

#include "api/reader.hpp"
#include "core/log.hpp"

namespace duban::app {

api::Status ApiBackend::status() {
  api::Status status;
  status.now = parts_.clock.now();
  status.stopping = parts_.stopping();
  status.shards = parts_.shards;
  status.notes = parts_.notes();
  if (const auto configuration = parts_.configuration()) status.configuration = configuration->version;
  if (const Pump* pump = parts_.pump()) {
    const PumpState& state = pump->state();
    status.started = parts_.dispatcher() != nullptr;
    status.caught_up = state.caught_up;
    status.reachable = state.reachable;
    status.storage_failed = state.storage_failed;
    status.clock_suspicious = state.clock_suspicious;
    status.stopped_inputs.assign(state.stopped.begin(), state.stopped.end());
    status.events = state.events;
    status.duplicates = state.duplicates;
    status.parked = state.parked;
    status.refusals = state.dead_letters;
    status.batches = state.batches;
    status.alerts = state.alerts_by_level;
    status.buffered = state.buffered;
    status.settled = state.settled;
    status.batch_times = state.batch_times;
    status.inputs = pump->inputs();
  }
  if (const delivery::Dispatcher* dispatcher = parts_.dispatcher()) {
    for (const auto& [name, counts] : dispatcher->counts())
      status.channels[name] = {counts.delivered, counts.retried, counts.rejected,
                               counts.in_flight, counts.stopped, counts.last_failure};
    for (const auto& [name, progress] : dispatcher->progress()) {
      api::ChannelStatus& channel = status.channels[name];
      channel.waiting = progress.waiting;
      channel.sent = progress.sent;
      channel.per_minute = progress.per_minute;
      channel.ends = progress.ends;
    }
    for (const std::string& name : dispatcher->unknown_channels()) status.unknown_channels.push_back(name);
  }
  return status;
}

void ApiBackend::acknowledge(api::Acknowledging ack, std::function<void(api::Acknowledged)> done) {
  using Result = engine::Engine::Acknowledged;
  const std::optional<uint8_t> slot = api::slot_of_alert(ack.alert);
  if (!slot) return done(api::Acknowledged::unknown_alert);
  Shard* shard = parts_.shard(*slot % static_cast<size_t>(parts_.shards));
  if (shard == nullptr || parts_.stopping()) return done(api::Acknowledged::failed);
  log::info("alert {} is acknowledged: {}", ack.alert, ack.origin.substr(0, ack.origin.find(' ')));
  shard->acknowledge({std::move(ack.alert), std::move(ack.by), ack.at, std::move(ack.origin)},
                     [done = std::move(done)](std::optional<Result> result) {
                       if (!result) return done(api::Acknowledged::failed);
                       done(*result == Result::now             ? api::Acknowledged::now
                            : *result == Result::unknown_alert ? api::Acknowledged::unknown_alert
                                                               : api::Acknowledged::before);
                     });
}

/// Every shard is asked; its answers come in their order, none of a shard that is not there.
template <typename Answer>
void ApiBackend::ask_all(const std::function<void(Shard&, std::function<void(std::optional<Answer>)>)>& ask,
                         std::function<void(std::vector<std::optional<Answer>>)> done) {
  struct Asking {
    std::vector<std::optional<Answer>> answers;
    size_t left = 0;
    std::function<void(std::vector<std::optional<Answer>>)> done;
  };
  auto asking = std::make_shared<Asking>();
  asking->left = static_cast<size_t>(parts_.shards);
  asking->answers.resize(asking->left);
  asking->done = std::move(done);
  for (size_t i = 0; i < asking->answers.size(); ++i) {
    const auto take = [asking, i](std::optional<Answer> answer) {
      asking->answers[i] = std::move(answer);
      if (--asking->left == 0) asking->done(std::move(asking->answers));
    };
    Shard* shard = parts_.stopping() ? nullptr : parts_.shard(i);
    shard != nullptr ? ask(*shard, take) : take(std::nullopt);
  }
}

/// What was read ahead was read before the silence, or what it held back may go.
void ApiBackend::look_again() {
  if (delivery::Dispatcher* dispatcher = parts_.dispatcher()) dispatcher->wake();
}

void ApiBackend::add_silence(engine::SilenceRequest request, Instant at,
                             std::function<void(std::optional<engine::SilenceAnswer>)> done) {
  using Answer = engine::SilenceAnswer;
  ask_all<Answer>(
      [request, at](Shard& shard, auto take) { shard.add_silence(request, at, std::move(take)); },
      [this, request, at, done = std::move(done)](const std::vector<std::optional<Answer>>& answers) {
        const auto failed = std::find(answers.begin(), answers.end(), std::nullopt);
        if (failed == answers.end()) {
          log::info("silence {} is added until {}", answers.front()->id, format_utc(request.until));
          look_again();
          return done(answers.front());
        }
        // All or none, as far as ledgers can be written: a list shows what is left of it.
        for (const auto& answer : answers)
          if (answer)
            return end_silence({answer->id, request.author, request.origin}, at,
                               [done](const auto&) { done(std::nullopt); });
        done(std::nullopt);
      });
}

void ApiBackend::end_silence(engine::SilenceEnding ending, Instant at,
                             std::function<void(std::optional<engine::SilenceEnded>)> done) {
  using Answer = engine::SilenceEnded;
  ask_all<Answer>(
      [ending, at](Shard& shard, auto take) { shard.end_silence(ending, at, std::move(take)); },
      [this, id = ending.id, done = std::move(done)](const std::vector<std::optional<Answer>>& answers) {
        Answer result = Answer::unknown;
        for (const std::optional<Answer>& answer : answers) {
          if (!answer) return done(std::nullopt);
          result = std::min(result, *answer);
        }
        if (result == Answer::now) {
          log::info("silence {} is ended", id);
          look_again();
        }
        done(result);
      });
}

api::ServerOptions api_options(const Settings& settings, std::vector<std::string> ledgers,
                               std::string& error) {
  const HttpSettings& http = settings.http;
  api::ServerOptions options;
  options.listen.address = http.address;
  options.listen.port = static_cast<uint16_t>(http.port);
  options.token = http_secret(http.token_file, settings.store_directory, "api-token", error);
  options.link_key = http_secret(http.link_key_file, settings.store_directory, "link-key", error);
  options.ledgers = std::move(ledgers);
  return options;
}

}  // namespace duban::app
