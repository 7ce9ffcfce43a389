// Empties the outbox: fetches what is to be sent, hands it to channels, brings receipts back.
//
// Send after commit, settle after send (style.md): a crash between the two sends again, with the same key.
// Retries back off exponentially with jitter from a seeded generator, per delivery, for ever; a repeated
// failure of a channel is logged once and then counted. Nothing leaves the outbox but by a receipt of success
// or by a person's decision. On the event loop's thread.
//
// A channel has a lane of its own, so a slow one holds up no other. A channel that fails again and again, or
// says that nothing gets through, is stopped: one delivery at a time probes it, and all flows again at the
// first that passes. Within a channel the most severe goes first, then the oldest; there is no other order.
// The limits of a channel's service are kept by its pacer (delivery/pacer.hpp), over reloads and restarts:
// what may not go yet stays in the outbox, so a burst of any size takes no memory here. A delivery to a
// channel that settings no longer name stays pending and is said loudly once.
#pragma once

#include <array>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/clock.hpp"
#include "delivery/channel.hpp"
#include "delivery/progress.hpp"
#include "delivery/words.hpp"
#include "ledger/rows.hpp"

namespace duban::delivery {

/// What the dispatcher asks an outbox for.
struct Request {
  Instant now{};
  std::vector<ledger::ChannelRoom> rooms;  // the channels that can take something; others are left out
  std::set<int64_t> in_flight;             // being sent, or sent and not yet settled: not wanted
  std::vector<ledger::SentWanted> sent{};  // what was sent is wanted too, for the channels' limits
};

/// What an outbox holds for a request: Ledger::deliverable, next_delivery and pending_channels, read
/// together.
struct Fetched {
  std::vector<ledger::Delivery> deliveries;
  Instant next = kNever;              // when one of the asked channels has another one due
  std::vector<std::string> channels;  // every channel that has something pending, asked for or not
  std::map<std::string, std::array<int64_t, 4>> waiting;  // deliveries by channel and severity
  std::vector<std::pair<std::string, Instant>> sent;      // channel and instant of the answers asked for
};

/// The outbox of one shard, seen from the event loop; implemented in app/ on top of the shard's thread.
/// Answers come on the loop, in the order of the calls, also when they fail (with nothing, and the outbox has
/// said why).
class Outbox {
 public:
  virtual ~Outbox() = default;
  virtual void fetch(Request request, std::function<void(Fetched)> answer) = 0;
  /// Stores receipts, all or none. `stored(true)`: they are synced; `stored(false)`: storage failed, they are
  /// brought again later and what they are about is not sent again meanwhile.
  virtual void settle(std::vector<ledger::Receipt> receipts, std::function<void(bool)> stored) = 0;
};

struct DispatcherOptions {
  Duration first_retry{std::chrono::seconds(1)};
  Duration longest_retry{std::chrono::minutes(5)};   // of one delivery, while its channel works
  Duration longest_probe{std::chrono::seconds(15)};  // between probes of a stopped channel
  uint64_t seed = 1;                                 // of the jitter
  std::map<std::string, std::vector<Pace>> paces;    // instead of the channels' own
  Link link;
};

/// Calls `callback` after a delay, on the loop, never before after() has returned. Made real with timers in
/// delivery/asio_scheduler.hpp and with a virtual clock in tests.
class Scheduler {
 public:
  virtual ~Scheduler() = default;
  virtual void after(Duration delay, std::function<void()> callback) = 0;
};

class Dispatcher {
 public:
  /// Outboxes, clock and scheduler outlive it. Names of channels differ.
  Dispatcher(std::vector<Outbox*> outboxes, std::vector<std::unique_ptr<Channel>> channels,
             const Clock& clock, Scheduler& scheduler, DispatcherOptions options);
  /// Without stop() before it: what is under way is forgotten here, and sent again by the next one.
  ~Dispatcher();

  /// Something may have been committed: look into the outboxes. Cheap, coalesced.
  void wake();
  /// A reload, before replace(): limits of channels instead of their own, and where messages lead to.
  void use(std::map<std::string, std::vector<Pace>> paces, Link link);
  /// A reload: from now on these channels. The old ones finish what is under way within `limit`.
  void replace(std::vector<std::unique_ptr<Channel>> channels, Duration limit);
  /// Stops fetching, lets channels finish within `limit`, stores the last receipts, then calls `done`: at the
  /// latest one second after `limit`.
  void stop(Duration limit, std::function<void()> done);

  struct Counts {
    uint64_t delivered = 0, retried = 0, rejected = 0;  // messages
    uint64_t carried = 0;                               // deliveries that those delivered carried
    size_t in_flight = 0;
    bool stopped = false;      // only probes go out
    std::string last_failure;  // of a stopped channel: why
  };
  std::map<std::string, Counts> counts() const;
  /// How far each channel is with what waits for it.
  std::map<std::string, Progress> progress() const;
  /// Channels that have something pending and that settings do not name, as of the last look.
  std::set<std::string> unknown_channels() const;

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace duban::delivery
