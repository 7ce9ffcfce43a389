#include <fmt/format.h>
#include <librdkafka/rdkafka.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <asio/post.hpp>

#include "core/log.hpp"
#include "intake/kafka_source_impl.hpp"

namespace duban::intake {

KafkaSource::KafkaSource(asio::io_context& loop, KafkaOptions options, std::shared_ptr<KafkaSignals> signals,
                         KafkaClient asker)
    : loop_(loop),
      options_(std::move(options)),
      signals_(std::move(signals)),
      asker_(std::move(asker)),
      worker_(loop),
      at_work_(loop.get_executor()),
      event_(loop, ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)),
      timer_(loop) {
  ends_.emplace(
      loop, worker_, asker_, KafkaEnds::Options{options_.ends_pause, options_.answer_limit},
      [this] { return consumer_ ? consumer_->inputs() : inputs_; },
      [this](std::optional<Ends>& found) { note_ends(found); });
}

/// Destroying clients joins their threads, which may take a moment: the worker does it.
KafkaSource::~KafkaSource() {
  signals_->on_error = nullptr;
  ends_.reset();
  if (consumer_) consumer_->detach();
  worker_.run([consumer = std::move(consumer_), asker = std::move(asker_), signals = signals_]() mutable {
    if (consumer) consumer->close();
    consumer.reset();
    asker.reset();
    return Worker::Answer();
  });
}

void KafkaSource::open(Ready ready) {
  worker_.run([this, asker = asker_, topics = options_.topics, limit = options_.answer_limit,
               ready = std::move(ready), alive = std::weak_ptr<int>(alive_)]() -> Worker::Answer {
    return [this, alive, ready, found = discover(asker.get(), topics, limit)] {
      if (alive.lock() && !stopping_) discovered(found, ready);
    };
  });
}

void KafkaSource::discovered(Discovery found, const Ready& ready) {
  const std::string complaint = signals_->take_complaint();
  if (found.problem.empty()) {
    inputs_ = std::move(found.inputs);
    cluster_ = std::move(found.cluster);
    log::info("kafka: cluster {}, {} partitions", cluster_, inputs_.size());
    return ready(inputs_, "");
  }
  if (std::exchange(waiting_for_, found.problem) != found.problem) {
    log::warning("kafka: waiting: {}{}; trying on", found.problem,
                 complaint.empty() ? "" : fmt::format(" ({})", complaint));
  }
  timer_.expires_after(options_.retry);
  timer_.async_wait([this, ready, alive = std::weak_ptr<int>(alive_)](const asio::error_code& error) {
    if (alive.lock() && !error && !stopping_) open(ready);
  });
}

bool KafkaSource::make_consumer(std::string& error) {
  KafkaConf conf = make_conf(options_.properties, {true, static_cast<int>(inputs_.size())}, error);
  if (!conf) return false;
  signals_->install(conf.get(), true);
  signals_->on_error = [this](int code, const std::string& reason) { client_error(code, reason); };
  KafkaConsumer::Listener listener{[this](std::vector<event::Record> records) {
                                     set_reachable(true, "");
                                     if (sink_) sink_->on_records(std::move(records));
                                   },
                                   [this](const Input& input, const std::string& reason) {
                                     if (sink_) sink_->on_stopped(input, reason);
                                   }};
  consumer_ = KafkaConsumer::make(std::move(conf), event_.native_handle(), std::move(listener), error);
  return consumer_ != nullptr;
}

/// Those that may be read, with their offsets; the others are told to the sink.
std::map<Input, int64_t> KafkaSource::accepted(const std::map<Input, Start>& from) {
  std::map<Input, int64_t> out;
  for (const Input& input : inputs_) {
    const auto known = from.find(input);
    if (known == from.end()) {
      out[input] = RD_KAFKA_OFFSET_BEGINNING;
    } else if (!known->second.cluster.empty() && known->second.cluster != cluster_) {
      const std::string reason = fmt::format(
          "{}/{}: the ledger has read it up to {} in cluster {}, this is cluster {}; its offsets mean "
          "nothing "
          "here: correct bootstrap.servers, or decide from which offset to go on",
          input.topic, input.partition, known->second.next_offset, known->second.cluster, cluster_);
      sink_->on_stopped(input, reason);
    } else {
      out[input] = known->second.next_offset;
    }
  }
  return out;
}

void KafkaSource::start(const std::map<Input, Start>& from, Sink& sink) {
  sink_ = &sink;
  std::string error;
  const std::map<Input, int64_t> wanted = accepted(from);
  const bool made = make_consumer(error);
  if (made) error = consumer_->add(wanted);
  if (!made || !error.empty()) return stop_all(error);
  wait_for_records();
  look_for_partitions(options_.look_for_partitions);
}

/// One notice of librdkafka's means only that some queue is not empty any more.
void KafkaSource::wait_for_records() {
  event_.async_wait(asio::posix::stream_descriptor::wait_read,
                    [this, alive = std::weak_ptr<int>(alive_)](const asio::error_code& error) {
                      if (!alive.lock() || error || stopping_) return;
                      uint64_t count;
                      while (::read(event_.native_handle(), &count, sizeof count) > 0) continue;
                      wait_for_records();
                      drain();
                    });
}

void KafkaSource::drain() {
  if (draining_ || stopping_ || !consumer_) return;
  if (!consumer_->drain() || stopping_) return;
  draining_ = true;  // other work of the loop has its turn in between
  asio::post(loop_, [this, alive = std::weak_ptr<int>(alive_)] {
    if (!alive.lock()) return;
    draining_ = false;
    drain();
  });
}

void KafkaSource::pause(const Input& input) {
  if (consumer_) consumer_->pause(input, true);
}

void KafkaSource::resume(const Input& input) {
  if (!consumer_) return;
  consumer_->pause(input, false);
  // Its queue may have filled meanwhile, and has announced that already.
  asio::post(loop_, [this, alive = std::weak_ptr<int>(alive_)] {
    if (alive.lock()) drain();
  });
}

void KafkaSource::hint(const std::vector<std::pair<Input, int64_t>>& next_offsets) {
  if (consumer_ && !stopping_) consumer_->commit(next_offsets);
}

void KafkaSource::stop(Duration limit, std::function<void()> done) {
  stopping_ = true;
  signals_->on_error = nullptr;  // closing serves the queue on the worker's thread
  timer_.cancel();
  ends_->hurry();
  event_.cancel();
  if (consumer_) consumer_->detach();
  const auto told = std::make_shared<std::function<void()>>(
      [this, alive = std::weak_ptr<int>(alive_), done = std::move(done)] {
        if (!alive.lock()) return;
        timer_.cancel();
        at_work_.reset();
        done();
      });
  const auto tell_once = [told] {
    if (const auto tell = std::exchange(*told, nullptr)) tell();
  };
  timer_.expires_after(limit);
  timer_.async_wait([tell_once](const asio::error_code& error) {
    if (error) return;
    log::warning("kafka: the consumer did not close in time");
    tell_once();
  });
  worker_.run([consumer = consumer_, tell_once]() -> Worker::Answer {
    if (consumer) consumer->close();
    return tell_once;
  });
}

std::unique_ptr<Source> make_kafka_source(asio::io_context& loop, KafkaOptions options, std::string& error) {
  KafkaConf conf = make_conf(options.properties, {}, error);
  if (!conf || !make_conf(options.properties, {true, 1}, error)) return nullptr;
  if (options.topics.empty()) {
    error = "no kafka topic to read is named; list at least one";
    return nullptr;
  }
  std::sort(options.topics.begin(), options.topics.end());
  options.topics.erase(std::unique(options.topics.begin(), options.topics.end()), options.topics.end());
  auto signals = std::make_shared<KafkaSignals>();
  signals->install(conf.get(), false);
  std::array<char, 512> why{};
  rd_kafka_t* asker = rd_kafka_new(RD_KAFKA_CONSUMER, conf.get(), why.data(), why.size());
  if (!asker) {
    error = fmt::format("kafka: {}", why.data());
    return nullptr;
  }
  (void)conf.release();  // the client's now
  return std::make_unique<KafkaSource>(loop, std::move(options), std::move(signals), KafkaClient(asker));
}

}  // namespace duban::intake
