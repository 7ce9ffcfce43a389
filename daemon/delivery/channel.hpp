// A way out: one kind of receiver behind one small interface. Everything here happens on the event loop's
// thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/time.hpp"

namespace duban::delivery {

/// Who a message is for, with the addresses that channels for people need; an address that is not known is
/// empty.
struct Addressee {
  std::string recipient;  // as the alert names it: `E-1/officer`
  std::string name;
  std::string mobile;
  std::string email;
  std::string user_id;  // of a WeCom app
};

/// One message to one channel. `key` is the idempotency key: the alert's id, or a dead letter's position.
struct Message {
  int64_t delivery = 0;
  std::string key;
  std::string body;  // the alert's JSON, or the dead letter's envelope
  Instant at{};
  int attempts = 0;  // before this one
  // What people read: data, never markup; a channel escapes it for its own form.
  std::string severity{};  // notice, warning, serious, critical
  std::string title{};     // one line
  std::string text{};      // lines
  std::vector<Addressee> to{};
};

/// How an attempt ended. HTTP 200 alone is not success where a service answers errors in the body.
struct Outcome {
  enum class Kind { delivered, retry, rejected };
  Kind kind = Kind::retry;
  std::string answer;      // what the receiver said, or why not; goes into the receipt
  Duration not_before{0};  // of a retry: the receiver asked for this pause (Retry-After)
  /// Of a retry: it is not about this message, nothing else would get through either (nobody listens,
  /// credentials refused). The channel stops at once and probes.
  bool whole_channel = false;

  static Outcome delivered(std::string answer) { return {Kind::delivered, std::move(answer)}; }
  static Outcome rejected(std::string answer) { return {Kind::rejected, std::move(answer)}; }
  static Outcome retry(std::string answer) { return {Kind::retry, std::move(answer)}; }
  static Outcome stop(std::string answer, Duration not_before = Duration{0}) {
    return {Kind::retry, std::move(answer), not_before, true};
  }
};

/// At most `count` messages within any `period`.
struct Pace {
  int count = 0;
  Duration period{0};
};

class Channel {
 public:
  virtual ~Channel() = default;
  virtual const std::string& name() const = 0;
  /// How many messages it takes at once; more wait in the outbox.
  virtual size_t concurrency() const = 0;
  /// The limits of its service, all of which hold; the dispatcher keeps them. Empty: none. A message that the
  /// channel has to send in parts counts as one here, so a channel whose messages may come in parts names
  /// less than the service allows.
  virtual std::vector<Pace> pace() const { return {}; }
  /// Sends; `done` is called exactly once, later or at once, also when the channel is being closed.
  virtual void send(Message message, std::function<void(Outcome)> done) = 0;
  /// Lets what is under way finish within `limit`, gives up the rest (retry), then calls `closed`, later or
  /// at once. Called at most once; nothing is sent after it. The channel lives until it calls `closed`, and
  /// may be destroyed within.
  virtual void close(Duration limit, std::function<void()> closed) = 0;
};

}  // namespace duban::delivery
