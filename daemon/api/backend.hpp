// What the API needs of the daemon; made real in app/. Everything here happens on the event loop's thread.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "api/status.hpp"
#include "engine/silences.hpp"
#include "rule/configuration.hpp"

namespace duban::api {

/// A person has seen an alert.
struct Acknowledging {
  std::string alert;
  std::string by;  // who: a recipient as the alert names it, or what the person calls himself
  Instant at{};
  std::string origin;  // through what and from where
};
enum class Acknowledged { now, before, unknown_alert, failed };

class Backend {
 public:
  virtual ~Backend() = default;
  virtual Status status() = 0;
  /// The active configuration; null before the start.
  virtual std::shared_ptr<const rule::Configuration> configuration() = 0;
  /// `done` comes on the loop, once the acknowledgement is on disk.
  virtual void acknowledge(Acknowledging ack, std::function<void(Acknowledged)> done) = 0;
  /// In every shard; `done` comes once all have it on disk, with nothing if one could not be written.
  virtual void add_silence(engine::SilenceRequest request, Instant at,
                           std::function<void(std::optional<engine::SilenceAnswer>)> done) = 0;
  virtual void end_silence(engine::SilenceEnding ending, Instant at,
                           std::function<void(std::optional<engine::SilenceEnded>)> done) = 0;
};

}  // namespace duban::api
