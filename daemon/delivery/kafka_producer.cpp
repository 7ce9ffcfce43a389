#include "delivery/kafka_producer.hpp"

#include <fmt/format.h>
#include <librdkafka/rdkafka.h>
#include <sys/eventfd.h>

#include <array>
#include <asio/buffer.hpp>
#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <map>
#include <string_view>

#include "core/log.hpp"
#include "delivery/kafka_client.hpp"

namespace duban::delivery {
namespace {

struct FreeHeaders {
  void operator()(rd_kafka_headers_t* headers) const { rd_kafka_headers_destroy(headers); }
};
using HeadersPtr = std::unique_ptr<rd_kafka_headers_t, FreeHeaders>;

HeadersPtr headers_of(const KafkaRecord& record) {
  HeadersPtr headers(rd_kafka_headers_new(record.headers.size()));
  for (const auto& [name, value] : record.headers) {
    rd_kafka_header_add(headers.get(), name.data(), static_cast<ssize_t>(name.size()), value.data(),
                        static_cast<ssize_t>(value.size()));
  }
  return headers;
}

}  // namespace

struct KafkaProducer::Impl : std::enable_shared_from_this<Impl> {
  struct Waiting {
    std::string topic;
    std::function<void(Outcome)> done;
  };

  Impl(asio::io_context& loop, ConfPtr c)
      : conf(std::move(c)), events(loop, eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {}

  ConfPtr conf;
  asio::posix::stream_descriptor events;
  std::unique_ptr<KafkaClient> client;
  std::map<uint64_t, Waiting> waiting;
  uint64_t sequence = 0;
  bool fatal = false;   // the client is of no more use
  std::string trouble;  // what it last said about brokers
  std::array<char, 8> wake_up{};

  rd_kafka_resp_err_t hand_over(const KafkaRecord& record, uint64_t number);
  void wait();
  void drain();
  void take(rd_kafka_event_t* event);
  void take_reports(rd_kafka_event_t* event);
  void take_error(rd_kafka_event_t* event);
  void finish(uint64_t number, const std::function<Outcome(const Waiting&)>& outcome);
  void renew();
};

std::unique_ptr<KafkaProducer> KafkaProducer::make(asio::io_context& loop, KafkaProperties properties,
                                                   Duration timeout, std::string& error) {
  ConfPtr conf = kafka_conf(properties, timeout, error);
  if (!conf) return nullptr;
  auto impl = std::make_shared<Impl>(loop, std::move(conf));
  impl->client = KafkaClient::make(impl->conf.get(), impl->events.native_handle(), error);
  if (!impl->client) return nullptr;
  impl->drain();
  return std::unique_ptr<KafkaProducer>(new KafkaProducer(std::move(impl)));
}

KafkaProducer::KafkaProducer(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

// The client goes before the descriptor that it writes to.
KafkaProducer::~KafkaProducer() {
  impl_->waiting.clear();
  impl_->client.reset();
  impl_->events.close();
}

size_t KafkaProducer::under_way() const { return impl_->waiting.size(); }

void KafkaProducer::produce(KafkaRecord record, std::function<void(Outcome)> done) {
  if (impl_->fatal) impl_->renew();
  const uint64_t number = ++impl_->sequence;
  const rd_kafka_resp_err_t error = impl_->hand_over(record, number);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return done(kafka_outcome(error, record.topic, impl_->trouble));
  impl_->waiting.emplace(number, Impl::Waiting{std::move(record.topic), std::move(done)});
}

rd_kafka_resp_err_t KafkaProducer::Impl::hand_over(const KafkaRecord& record, uint64_t number) {
  if (!client) return RD_KAFKA_RESP_ERR__FATAL;
  HeadersPtr headers = headers_of(record);
  const rd_kafka_resp_err_t error =
      rd_kafka_producev(client->handle(), RD_KAFKA_V_TOPIC(record.topic.c_str()),
                        RD_KAFKA_V_KEY(record.key.empty() ? nullptr : record.key.data(), record.key.size()),
                        RD_KAFKA_V_VALUE(const_cast<char*>(record.value.data()), record.value.size()),
                        RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_HEADERS(headers.get()),
                        RD_KAFKA_V_OPAQUE(reinterpret_cast<void*>(number)), RD_KAFKA_V_END);
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) static_cast<void>(headers.release());  // they are the record's now
  return error;
}

void KafkaProducer::give_up(const std::string& reason) {
  const std::shared_ptr<Impl> impl = impl_;
  for (const auto& [number, waiting] : std::exchange(impl->waiting, {})) waiting.done(Outcome::retry(reason));
}

void KafkaProducer::Impl::wait() {
  events.async_read_some(asio::buffer(wake_up), [weak = weak_from_this()](asio::error_code error, size_t) {
    const auto impl = weak.lock();
    if (impl && !error) impl->drain();
  });
}

// The eventfd tells of the queue becoming non-empty and of nothing else: it must be empty before waiting.
void KafkaProducer::Impl::drain() {
  const std::shared_ptr<Impl> alive = shared_from_this();  // a report may end the producer
  while (client) {
    const EventPtr event = client->next();
    if (!event) break;
    take(event.get());
  }
  if (events.is_open()) wait();
}

void KafkaProducer::Impl::take(rd_kafka_event_t* event) {
  switch (rd_kafka_event_type(event)) {
    case RD_KAFKA_EVENT_DR:
      return take_reports(event);
    case RD_KAFKA_EVENT_ERROR:
      return take_error(event);
    case RD_KAFKA_EVENT_LOG: {
      const char *facility = "", *text = "";
      int level = 0;
      // CONFWARN: the settings' properties are the consumer's too; each client warns of the other's.
      if (rd_kafka_event_log(event, &facility, &text, &level) == 0 &&
          std::string_view(facility) != "CONFWARN") {
        log::debug("kafka: {}: {}", facility, text);
      }
      return;
    }
    default:
      return;
  }
}

void KafkaProducer::Impl::take_reports(rd_kafka_event_t* event) {
  while (const rd_kafka_message_t* report = rd_kafka_event_message_next(event)) {
    const rd_kafka_resp_err_t error = report->err;
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) trouble.clear();
    const std::string place = fmt::format("partition {}, offset {}", report->partition, report->offset);
    finish(reinterpret_cast<uint64_t>(report->_private), [&](const Waiting& record) {
      if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return Outcome::delivered(record.topic + ": " + place);
      return kafka_outcome(error, record.topic, trouble);
    });
  }
}

void KafkaProducer::Impl::finish(uint64_t number, const std::function<Outcome(const Waiting&)>& outcome) {
  const auto node = waiting.extract(number);
  if (!node.empty()) node.mapped().done(outcome(node.mapped()));
}

void KafkaProducer::Impl::take_error(rd_kafka_event_t* event) {
  trouble = rd_kafka_event_error_string(event);
  if (rd_kafka_event_error(event) != RD_KAFKA_RESP_ERR__FATAL) return;
  fatal = true;
  log::error("kafka: the producer failed for good and is made anew: {}", trouble);
}

void KafkaProducer::Impl::renew() {
  const std::map<uint64_t, Waiting> lost = std::exchange(waiting, {});
  client.reset();
  std::string error;
  client = KafkaClient::make(conf.get(), events.native_handle(), error);
  fatal = !client;
  if (!client) log::error("kafka: no producer: {}", error);
  for (const auto& [number, record] : lost) {
    record.done(kafka_outcome(RD_KAFKA_RESP_ERR__FATAL, record.topic, trouble));
  }
}

}  // namespace duban::delivery
