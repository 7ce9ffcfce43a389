// The engine of one shard: events and ticks in, changes to its ledger and alerts out.
//
// Deterministic (architecture.md, invariant 1): it reads no clock, no file, no socket, no random number; the
// same inputs give the same ledger and the same alerts. Used by one thread at a time. `duban run`,
// `simulate`, `test` and the fault simulator drive this very class.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "engine/outgoing.hpp"
#include "engine/silences.hpp"
#include "event/event.hpp"
#include "ledger/ledger.hpp"
#include "rule/configuration.hpp"

namespace duban::engine {

/// A run of inputs in order of instant, all known to be complete up to `frontier`.
struct Batch {
  /// Their values live in an arena of the caller's, their records in the caller's hands, until apply() is
  /// back.
  std::vector<event::Decoded> inputs;
  /// Every tick up to here may fire once the inputs are applied; never ahead of the clock.
  Instant frontier{};
  /// Offsets consumed when this batch is applied (also those of records that belong to other shards).
  std::vector<ledger::Position> positions;
  /// The broker has been out of reach for `tick_grace`: ticks go on without it, and alerts say so.
  bool inputs_lost = false;
};

/// Which slots this shard owns: slot % count == index.
struct Ownership {
  int index = 0;
  int count = 1;
  bool owns(uint8_t slot) const { return slot % count == index; }
};

struct Options {
  Ownership ownership;
  /// Name of the dead-letter channel; empty: dead letters are only kept.
  std::string dead_letter_channel;
  /// Alerts before this instant are recorded and never sent (a first load of old records).
  Instant first_load_until{};
  /// Called for each alert newly raised, inside the transaction; null: nobody listens. simulate and test use
  /// it.
  std::function<void(const ledger::Alert&)> on_alert;
  /// Called for each record refused.
  std::function<void(const ledger::DeadLetter&)> on_dead_letter;
};

inline constexpr size_t kLevels = static_cast<size_t>(rule::Level::accountability) + 1;

struct Applied {
  size_t events = 0;
  size_t duplicates = 0;
  size_t parked = 0;
  size_t dead_letters = 0;
  size_t alerts = 0;
  std::array<size_t, kLevels> alerts_by_level{};
  /// More to do at the same frontier (ticks beyond the slice, fan-outs): call apply() again with no inputs.
  bool more = false;
};

class Engine {
 public:
  /// Takes up the ledger's state: its configuration version first, `configuration` is activated as a journal
  /// input if it differs. Throws ledger::StorageError.
  Engine(ledger::Ledger& ledger, std::shared_ptr<const rule::Configuration> configuration, Options options);
  ~Engine();

  /// Applies the inputs and fires what is due up to the frontier, in one transaction. If applying throws, all
  /// is rolled back and applied again one by one, and only the offender is dead-lettered. StorageError passes
  /// through: nothing of the batch is then in the ledger.
  Applied apply(const Batch& batch);

  /// Why this configuration cannot be taken (a state in use that its catalog drops); empty if it can.
  std::string objection(const rule::Configuration& next);
  /// Swaps the configuration at the shard's instant (`at`, if it has none yet), after the fan-outs and ticks
  /// of before under the configuration of before; in transactions of its own. Items of removed rules retire,
  /// the others are re-planned, by fan-outs that apply() runs. Empty if accepted, else objection(): nothing
  /// has changed then, nor if it throws StorageError.
  std::string configure(std::shared_ptr<const rule::Configuration> configuration, Instant at);
  const std::shared_ptr<const rule::Configuration>& configuration() const;

  /// While catching up (from start until told otherwise) alerts are held. caught_up() releases them as each
  /// rule's `missed` says.
  void set_catching_up(bool catching_up);
  void caught_up(Instant at);

  /// Writes receipts of delivery attempts, in one transaction.
  void settle(std::span<const ledger::Receipt> receipts);

  /// What may be sent at `now` (the clock's), for each channel at most its room (engine/outgoing.hpp).
  Outgoing outgoing(Instant now, const std::vector<ledger::ChannelRoom>& rooms,
                    const std::set<int64_t>& in_flight);

  /// Adds a silence at the instant `at` (engine/silences.hpp). The same request at the same instant again
  /// changes nothing and has the same id.
  SilenceAnswer add_silence(const SilenceRequest& request, Instant at);
  /// Ends it at `at`; `over`, `unknown`: nothing was changed.
  SilenceEnded end_silence(const SilenceEnding& ending, Instant at);

  /// A person has seen an alert: a command, in the journal of the alert's subject. `known`: that person's is
  /// there already, and nothing was written. Any number of persons may acknowledge one alert.
  enum class Acknowledged { now, known, unknown_alert };
  Acknowledged acknowledge(const ledger::Ledger::Acknowledgement& acknowledgement);

  /// The next instant at which something is due, or kNever.
  Instant next_instant();
  /// The instant of the last input applied.
  Instant instant() const;
  ledger::Ledger& ledger();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// The slot of an entity. A proposal's is that of its subject, which its key begins with.
uint8_t home_slot(std::string_view kind, std::string_view key);

/// Whether a shard must see this event: its home, or a fact that rules of every shard may need (invariant 6).
/// Records that no catalog event could be made of concern shard 0 alone.
bool concerns(const rule::Configuration& configuration, const event::Event& event, Ownership ownership);

}  // namespace duban::engine
