#include "delivery/kafka.hpp"

#include <fmt/format.h>

#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>
#include <utility>

#include "delivery/cloud_event.hpp"
#include "ledger/dead_letter_json.hpp"

namespace duban::delivery {
namespace {

/// librdkafka batches; this is what a batch may grow to while the broker answers the one before.
constexpr size_t kConcurrency = 256;

/// Makes the record of a message; empty: the message is not for this channel.
using Compose = std::function<std::optional<KafkaRecord>(Message)>;

class Kafka final : public Channel {
 public:
  Kafka(const ChannelSettings& settings, const ChannelContext& context,
        std::unique_ptr<KafkaProducer> producer, Compose compose)
      : name_(settings.name),
        topic_(settings.topic),
        concurrency_(settings.concurrency > 0 ? settings.concurrency : kConcurrency),
        producer_(std::move(producer)),
        compose_(std::move(compose)),
        closing_(context.loop) {}

  const std::string& name() const override { return name_; }
  size_t concurrency() const override { return concurrency_; }

  void send(Message message, std::function<void(Outcome)> done) override {
    std::optional<KafkaRecord> record = compose_(std::move(message));
    if (!record) return done(unreadable_body());
    record->topic = topic_;
    producer_->produce(*std::move(record), [this, done = std::move(done)](Outcome outcome) {
      done(std::move(outcome));
      if (producer_->under_way() == 0 && closed_) closing_.cancel();
    });
  }

  void close(Duration limit, std::function<void()> closed) override {
    closed_ = std::move(closed);
    closing_.expires_after(producer_->under_way() == 0 ? Duration{0} : limit);
    closing_.async_wait([this, limit, alive = std::weak_ptr<char>(alive_)](asio::error_code) {
      if (alive.expired()) return;
      producer_->give_up(fmt::format("given up after {} ms: the daemon closes the channel", limit.count()));
      std::exchange(closed_, nullptr)();
    });
  }

 private:
  std::string name_;
  std::string topic_;
  size_t concurrency_;
  std::unique_ptr<KafkaProducer> producer_;
  Compose compose_;
  asio::steady_timer closing_;
  std::function<void()> closed_;
  std::shared_ptr<char> alive_ = std::make_shared<char>();
};

MadeChannel make(const ChannelSettings& settings, const ChannelContext& context, Compose compose) {
  if (settings.topic.empty()) return {nullptr, "topic: expected the name of a topic"};
  std::string error;
  auto producer = KafkaProducer::make(context.loop, settings.properties, settings.timeout, error);
  if (!producer) return {nullptr, std::move(error)};
  return {std::make_unique<Kafka>(settings, context, std::move(producer), std::move(compose)), {}};
}

}  // namespace

std::optional<KafkaRecord> alert_record(Message message, const std::string& source) {
  std::optional<CloudEvent> event = cloud_event(std::move(message), source);
  if (!event) return std::nullopt;
  KafkaRecord record;
  record.key = event->subject;
  record.headers = {{"ce_specversion", "1.0"},    {"ce_id", event->id},
                    {"ce_source", event->source}, {"ce_type", event->type},
                    {"ce_time", event->time},     {"content-type", "application/json"}};
  if (!event->subject.empty()) record.headers.emplace_back("ce_subject", event->subject);
  record.value = std::move(event->data);
  return record;
}

std::optional<KafkaRecord> dead_letter_record(const Message& message) {
  std::optional<ledger::DeadLetter> letter = ledger::parse_dead_letter(message.body);
  if (!letter) return std::nullopt;
  KafkaRecord record;
  record.key = std::move(letter->key);
  record.value = std::move(letter->payload);
  record.headers = std::move(letter->headers);
  record.headers.emplace_back("duban-code", letter->code);
  record.headers.emplace_back("duban-reason", letter->reason);
  record.headers.emplace_back("duban-topic", letter->topic);
  record.headers.emplace_back("duban-partition", std::to_string(letter->partition));
  record.headers.emplace_back("duban-offset", std::to_string(letter->offset));
  record.headers.emplace_back("duban-at", format_utc(letter->at));
  return record;
}

MadeChannel make_kafka(const ChannelSettings& settings, const ChannelContext& context) {
  return make(settings, context, [source = settings.source](Message message) {
    return alert_record(std::move(message), source);
  });
}

MadeChannel make_dead_letter(const ChannelSettings& settings, const ChannelContext& context) {
  return make(settings, context, [](const Message& message) { return dead_letter_record(message); });
}

}  // namespace duban::delivery
