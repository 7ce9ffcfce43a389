// One channel's way out of the outboxes: what was read ahead for it, how much is under way, whether it is
// stopped, what is said about its failures.
//
// What was read ahead is a view of the outbox, never a queue of its own: each answer of an outbox replaces
// it, so that a critical alert overtakes and a delivery that a person dropped disappears.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "delivery/breaker.hpp"
#include "delivery/channel.hpp"
#include "delivery/pacer.hpp"
#include "ledger/rows.hpp"

namespace duban::delivery {

class Lane {
 public:
  /// The pacer outlives it.
  Lane(std::shared_ptr<Channel> channel, size_t outboxes, Pacer& pacer);

  const std::string& name() const { return channel->name(); }

  /// How many deliveries to ask this outbox for; 0: none, the channel is stopped. As many as it sent lately,
  /// so that a fast channel does not wait for the outbox and a slow one does not make it read for nothing; no
  /// more than it may soon send while its limit is reached.
  size_t room(size_t outbox, Duration now);
  /// When it wants to be asked for its room: a stopped channel when it may be probed, unless every outbox was
  /// asked since.
  std::optional<Duration> wants_probe() const;
  /// The outbox's answer; `more`: it filled the room that was asked for.
  void refill(size_t outbox, std::deque<ledger::Delivery> waiting, bool more);
  /// It will soon have sent what was read ahead, and the outbox holds more.
  bool hungry(size_t outbox) const;
  /// Of what was read ahead nothing is sent: the channel stopped, a probe failed, or it is being closed.
  void forget();

  struct Taken {
    size_t outbox = 0;
    ledger::Delivery delivery;
  };
  /// What goes next, most severe first, then oldest; of the outboxes that `open` allows. Empty if there is
  /// nothing, or the channel is full or stopped, or its limit is reached. A probe is what was tried least: a
  /// message that its receiver cannot digest must not keep a healthy channel stopped.
  std::optional<Taken> take(Duration now, Instant wall, const std::vector<bool>& open);
  /// When its limit lets the next one go; Duration::max() if that is not what it waits for.
  Duration paced_until() const { return paced_until_; }

  std::shared_ptr<Channel> channel;
  Pacer& pacer;
  Breaker breaker;
  size_t sending = 0;
  bool retired = false;  // its channel is being closed
  bool pumping = false;  // guards against a channel that answers within send()

 private:
  struct Ahead {
    std::deque<ledger::Delivery> waiting;
    bool more = false;
    bool asked = false;  // for a probe, since the channel stopped or a probe failed
    size_t window = 0;
    size_t taken = 0;  // since the last answer
  };
  using Place = std::pair<size_t, size_t>;  // outbox, position
  std::optional<Place> first(const std::vector<bool>& open) const;
  std::optional<Place> least_tried(const std::vector<bool>& open) const;

  /// Something was read ahead that its limit did not let go.
  bool paced() const { return paced_until_ != Duration::max(); }

  std::vector<Ahead> ahead_;
  Duration paced_until_ = Duration::max();
};

}  // namespace duban::delivery
