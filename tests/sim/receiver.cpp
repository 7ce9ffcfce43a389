#include "receiver.hpp"

#include <nlohmann/json.hpp>
#include <stdexcept>
#include <utility>
#include <vector>

#include "core/hash.hpp"

namespace duban::sim {
namespace {

using delivery::Message;
using delivery::Outcome;

constexpr Duration kGivenUp{std::chrono::seconds(30)};  // as the real channels' time limits

class SimChannel final : public delivery::Channel {
 public:
  SimChannel(Receiver& receiver, SimTime& time, std::function<void(const std::string&)> seen)
      : receiver_(receiver), time_(time), seen_(std::move(seen)) {}

  const std::string& name() const override { return receiver_.name; }
  size_t concurrency() const override { return 3; }

  void send(Message message, std::function<void(Outcome)> done) override {
    ++receiver_.messages;
    ++receiver_.attempts[message.key];
    seen_(receiver_.name + ' ' + message.key + ' ' + hash128(message.body).hex());
    Outcome outcome = Outcome::delivered("ok");
    Duration latency = receiver_.latency;
    switch (receiver_.manner) {
      case Receiver::Manner::hears:
        hear(message);
        break;
      case Receiver::Manner::away:
        outcome = Outcome::stop("connection refused");
        break;
      case Receiver::Manner::deaf:
        outcome = Outcome::retry("no answer");
        latency = kGivenUp;
        break;
      case Receiver::Manner::lies:
        hear(message);
        outcome = Outcome::retry("no answer");
        latency = kGivenUp;
        break;
      case Receiver::Manner::refuses:
        ++receiver_.refused[message.key];
        outcome = Outcome::rejected("not for me");
        break;
    }
    const auto open = std::make_shared<std::function<void(Outcome)>>(std::move(done));
    std::erase_if(open_, [](const auto& other) { return !*other; });
    open_.push_back(open);
    time_.after(latency, [open, outcome] { finish(*open, outcome); });
  }
  void close(Duration limit, std::function<void()> closed) override {
    time_.after(limit, [this, closed = std::move(closed)] {
      for (const auto& open : std::exchange(open_, {})) finish(*open, Outcome::retry("closed"));
      closed();
    });
  }

 private:
  static void finish(std::function<void(Outcome)>& open, const Outcome& outcome) {
    if (const auto done = std::exchange(open, nullptr)) done(outcome);
  }
  void hear(const Message& message) {
    ++receiver_.heard[message.key];
    std::string& content = receiver_.content[message.key];
    if (message.to.empty()) {
      if (!content.empty() && content != message.body) ++receiver_.contradictions;
      content = message.body;
      return;
    }
    const auto body = nlohmann::json::parse(message.body);
    for (const auto& alert : body.at("alerts"))
      for (const delivery::Addressee& person : message.to)
        receiver_.told[person.recipient][alert.at("id")].insert(message.key);
  }

  Receiver& receiver_;
  SimTime& time_;
  std::function<void(const std::string&)> seen_;
  std::vector<std::shared_ptr<std::function<void(Outcome)>>> open_;
};

}  // namespace

Receiver::Manner manner_of(const std::string& name) {
  using Manner = Receiver::Manner;
  static const std::map<std::string, Manner> kManners{{"hears", Manner::hears},
                                                      {"away", Manner::away},
                                                      {"deaf", Manner::deaf},
                                                      {"lies", Manner::lies},
                                                      {"refuses", Manner::refuses}};
  const auto found = kManners.find(name);
  if (found == kManners.end()) throw std::runtime_error("a receiver cannot be '" + name + "'");
  return found->second;
}

std::unique_ptr<delivery::Channel> make_channel(Receiver& receiver, SimTime& time,
                                                std::function<void(const std::string&)> seen) {
  return std::make_unique<SimChannel>(receiver, time, std::move(seen));
}

}  // namespace duban::sim
