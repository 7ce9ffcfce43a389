// A run on a virtual clock: the real engine on a ledger in memory, fed with recorded events. `simulate`,
// `test` and `demo --dry` are this.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/engine.hpp"
#include "event/event.hpp"
#include "rule/configuration.hpp"

namespace duban::app {

/// An alert that was raised, with what it is sorted and compared by.
struct Said {
  Instant at{};
  std::string rule;
  std::string subject;  // "hazard/H1"
  std::string stage;
  std::string json;
  auto order() const { return std::tie(at, rule, subject, stage); }
};

class Scene {
 public:
  /// `ledger_path`: ":memory:" or a file to look into afterwards.
  explicit Scene(std::shared_ptr<const rule::Configuration> configuration,
                 std::string ledger_path = ":memory:");
  ~Scene();

  /// Records in order of instant.
  void feed(event::Record record);
  /// Fires everything up to `t`; no later record may have an earlier instant.
  void run_to(Instant t);
  /// Swaps the configuration where the run stands; why it was refused, or nothing.
  std::string configure(std::shared_ptr<const rule::Configuration> next);

  /// In order of (instant, rule, subject, stage).
  std::vector<Said> alerts() const;
  /// Hands over those before `t`, in the same order, and forgets them: of a long run not all fit into memory.
  std::vector<Said> take(Instant t);
  const std::vector<ledger::DeadLetter>& refused() const { return refused_; }
  size_t events() const { return events_; }
  engine::Engine& engine() { return *engine_; }

 private:
  void flush(Instant frontier);

  std::shared_ptr<const rule::Configuration> configuration_;
  std::unique_ptr<ledger::Ledger> ledger_;
  std::unique_ptr<engine::Engine> engine_;
  std::unique_ptr<event::Decoder> decoder_;
  std::vector<event::Record> waiting_;
  std::vector<Said> alerts_;
  std::vector<ledger::DeadLetter> refused_;
  size_t events_ = 0;
};

}  // namespace duban::app
