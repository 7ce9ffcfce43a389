// Where records come from: a Kafka consumer or a file. Everything here happens on the event loop's thread.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "event/record.hpp"

namespace duban::intake {

/// Where to go on reading, from the ledger.
struct Start {
  int64_t next_offset = 0;
  int32_t leader_epoch = -1;
  std::string cluster;  // of the ledger; empty: never read before
};

/// The end each input had at an instant: once read up to here, everything up to that instant is known.
struct Ends {
  std::map<event::Input, int64_t> next_offset;
};

/// Receives what a source finds.
class Sink {
 public:
  virtual ~Sink() = default;
  /// In offset order per input.
  virtual void on_records(std::vector<event::Record> records) = 0;
  /// The input cannot go on without a person (offset out of range, another cluster, topic gone): it is
  /// stopped. `reason` names the input. The sink tells people.
  virtual void on_stopped(const event::Input& input, const std::string& reason) = 0;
  /// The broker is (un)reachable; logged once by the source.
  virtual void on_reachable(bool reachable, const std::string& detail) = 0;
  /// A finite source has given everything.
  virtual void on_finished() = 0;
};

class Source {
 public:
  virtual ~Source() = default;
  /// Discovers the inputs (`ready` gets them, or an error to be shown to the operator) without reading yet.
  virtual void open(std::function<void(std::vector<event::Input>, std::string error)> ready) = 0;
  /// Identity of the cluster (Kafka's cluster id; a file's name).
  virtual std::string cluster() const = 0;
  /// Begins to read, each input from its start (inputs without one from the earliest record).
  virtual void start(const std::map<event::Input, Start>& from, Sink& sink) = 0;
  virtual void pause(const event::Input& input) = 0;
  virtual void resume(const event::Input& input) = 0;
  /// Asks for the present end of every input; the answer comes later, empty if the broker did not answer.
  virtual void ends(std::function<void(std::optional<Ends>)> answer) = 0;
  /// A hint for lag tools only: the ledger's offsets are the truth.
  virtual void hint(const std::vector<std::pair<event::Input, int64_t>>& next_offsets) = 0;
  /// Stops reading and closes within `limit`; then calls `done`.
  virtual void stop(Duration limit, std::function<void()> done) = 0;
};

}  // namespace duban::intake
