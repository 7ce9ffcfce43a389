// The API's view of the daemon: what it asks for, gathered from pump, dispatcher and shards.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "api/server.hpp"
#include "app/pump.hpp"
#include "app/settings.hpp"
#include "delivery/dispatcher.hpp"

namespace duban::app {

/// Parts of a daemon; each may still be missing while it starts.
struct DaemonParts {
  const Clock& clock;
  std::function<const Pump*()> pump;
  std::function<delivery::Dispatcher*()> dispatcher;
  std::function<std::shared_ptr<const rule::Configuration>()> configuration;
  std::function<bool()> stopping;
  std::function<std::vector<std::string>()> notes;
  std::function<Shard*(size_t index)> shard;
  int shards = 1;
};

/// On the event loop.
class ApiBackend final : public api::Backend {
 public:
  explicit ApiBackend(DaemonParts parts) : parts_(std::move(parts)) {}

  api::Status status() override;
  std::shared_ptr<const rule::Configuration> configuration() override { return parts_.configuration(); }
  void acknowledge(api::Acknowledging ack, std::function<void(api::Acknowledged)> done) override;
  void add_silence(engine::SilenceRequest request, Instant at,
                   std::function<void(std::optional<engine::SilenceAnswer>)> done) override;
  void end_silence(engine::SilenceEnding ending, Instant at,
                   std::function<void(std::optional<engine::SilenceEnded>)> done) override;

 private:
  template <typename Answer>
  void ask_all(const std::function<void(Shard&, std::function<void(std::optional<Answer>)>)>& ask,
               std::function<void(std::vector<std::optional<Answer>>)> done);
  void look_again();

  DaemonParts parts_;
};

/// The secrets of these settings, and where to listen; `error` says why there are none.
api::ServerOptions api_options(const Settings& settings, std::vector<std::string> ledgers,
                               std::string& error);

}  // namespace duban::app
