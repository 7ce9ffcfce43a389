// A channel whose receiver does what the test says.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "delivery/dispatcher.hpp"

namespace duban::test {

/// The receiver: outlives channels and crashes. Null answer: it never answers.
struct Receiver {
  struct Attempt {
    Instant at{};
    delivery::Message message;
  };
  std::function<std::optional<delivery::Outcome>(const delivery::Message&)> answer = [](auto&) {
    return delivery::Outcome::delivered("ok");
  };
  std::function<Duration()> latency = [] { return Duration{10}; };
  std::vector<delivery::Pace> pace;
  std::vector<Attempt> attempts;
  size_t under_way = 0;
  size_t most_under_way = 0;
};

class ScriptedChannel final : public delivery::Channel {
 public:
  ScriptedChannel(std::string name, size_t concurrency, Receiver& receiver, delivery::Scheduler& scheduler,
                  const Clock& clock)
      : name_(std::move(name)),
        concurrency_(concurrency),
        receiver_(receiver),
        scheduler_(scheduler),
        clock_(clock) {}

  const std::string& name() const override { return name_; }
  size_t concurrency() const override { return concurrency_; }
  std::vector<delivery::Pace> pace() const override { return receiver_.pace; }

  void send(delivery::Message message, std::function<void(delivery::Outcome)> done) override {
    receiver_.attempts.push_back({clock_.now(), message});
    receiver_.most_under_way = std::max(receiver_.most_under_way, ++receiver_.under_way);
    const auto open = std::make_shared<std::function<void(delivery::Outcome)>>(std::move(done));
    open_.push_back(open);
    if (std::optional<delivery::Outcome> outcome = receiver_.answer(message)) {
      const Duration latency = receiver_.latency();
      if (latency == Duration{-1}) return finish(*open, *outcome);
      scheduler_.after(latency, [this, open, outcome = *outcome] { finish(*open, outcome); });
    }
  }
  void close(Duration limit, std::function<void()> closed) override {
    scheduler_.after(limit, [this, closed = std::move(closed)] {
      for (const auto& open : open_) finish(*open, delivery::Outcome::retry("given up"));
      closed();
    });
  }

 private:
  void finish(std::function<void(delivery::Outcome)>& open, const delivery::Outcome& outcome) {
    if (const auto done = std::exchange(open, nullptr)) {
      --receiver_.under_way;
      done(outcome);
    }
  }

  std::string name_;
  size_t concurrency_;
  Receiver& receiver_;
  delivery::Scheduler& scheduler_;
  const Clock& clock_;
  std::vector<std::shared_ptr<std::function<void(delivery::Outcome)>>> open_;
};

}  // namespace duban::test
