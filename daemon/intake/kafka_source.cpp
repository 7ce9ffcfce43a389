#include "intake/kafka_source.hpp"

#include <fmt/format.h>
#include <librdkafka/rdkafka.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <asio/post.hpp>
#include <asio/steady_timer.hpp>

#include "core/log.hpp"
#include "intake/kafka_conf.hpp"
#include "intake/kafka_consumer.hpp"
#include "intake/kafka_ends.hpp"
#include "intake/kafka_questions.hpp"
#include "intake/kafka_signals.hpp"
#include "intake/worker.hpp"

namespace duban::intake {

using event::Input;

namespace {

/// So many answers in a row must say that a topic does not exist.
constexpr int kAnswersUntilGone = 3;

class KafkaSource final : public Source {
 public:
  /// `asker`: a client of its own for questions; a broker answers one connection's requests one after the
  /// other, and would let them wait behind a fetch that waits for records.
  KafkaSource(asio::io_context& loop, KafkaOptions options, std::shared_ptr<KafkaSignals> signals,
              KafkaClient asker);
  ~KafkaSource() override;

  void open(std::function<void(std::vector<Input>, std::string)> ready) override;
  std::string cluster() const override { return cluster_; }
  void start(const std::map<Input, Start>& from, Sink& sink) override;
  void pause(const Input& input) override;
  void resume(const Input& input) override;
  void ends(std::function<void(std::optional<Ends>)> answer) override { ends_->ask(std::move(answer)); }
  void hint(const std::vector<std::pair<Input, int64_t>>& next_offsets) override;
  void stop(Duration limit, std::function<void()> done) override;

 private:
  using Ready = std::function<void(std::vector<Input>, std::string)>;

  void discovered(Discovery found, const Ready& ready);
  std::map<Input, int64_t> accepted(const std::map<Input, Start>& from);
  bool make_consumer(std::string& error);
  void wait_for_records();
  void drain();
  void note_ends(std::optional<Ends>& found);
  void look_for_partitions(Duration after);
  void add_partitions(const Discovery& found);
  void note_missing(const std::string& topic);
  void client_error(int code, const std::string& reason);
  void set_reachable(bool reachable, const std::string& detail);
  void check_cluster();
  void stop_all(const std::string& reason);

  asio::io_context& loop_;
  KafkaOptions options_;
  std::shared_ptr<KafkaSignals> signals_;
  std::shared_ptr<rd_kafka_s> asker_;  // shared with the worker's jobs
  Worker worker_;
  asio::executor_work_guard<asio::io_context::executor_type> at_work_;
  asio::posix::stream_descriptor event_;  // written by librdkafka's queues
  asio::steady_timer timer_;
  std::optional<KafkaEnds> ends_;
  std::shared_ptr<KafkaConsumer> consumer_;
  std::vector<Input> inputs_;
  std::string cluster_;
  std::string waiting_for_;  // what open() has said that it waits for
  Sink* sink_ = nullptr;
  int missed_ = 0;  // answers in a row in which a topic was missing
  bool reachable_ = true;
  bool draining_ = false;  // a further turn of drain() is posted
  bool looking_ = false;   // brokers are being asked for new partitions
  bool stopping_ = false;
  std::shared_ptr<int> alive_ = std::make_shared<int>();
};

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
                                     log::error("kafka: {}", reason);
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
      log::error("kafka: {}", reason);
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

/// Asks now and then for new partitions, and so notices also in a quiet hour whether brokers are in reach.
void KafkaSource::look_for_partitions(Duration after) {
  timer_.expires_after(after);
  looking_ = false;
  timer_.async_wait([this, alive = std::weak_ptr<int>(alive_)](const asio::error_code& error) {
    if (!alive.lock() || error || stopping_) return;
    looking_ = true;
    check_cluster();
    worker_.run([this, alive, asker = asker_, topics = options_.topics,
                 limit = options_.answer_limit]() -> Worker::Answer {
      return [this, alive, found = discover(asker.get(), topics, limit)] {
        if (!alive.lock() || stopping_) return;
        set_reachable(found.answered, found.problem);
        const bool is_well = found.problem.empty();
        if (is_well) add_partitions(found);
        note_missing(found.missing);
        look_for_partitions(is_well ? options_.look_for_partitions : options_.retry);
      };
    });
  });
}

void KafkaSource::add_partitions(const Discovery& found) {
  std::map<Input, int64_t> more;
  for (const Input& input : found.inputs) {
    if (std::binary_search(inputs_.begin(), inputs_.end(), input)) continue;
    more[input] = RD_KAFKA_OFFSET_BEGINNING;
    log::info("kafka: {} has a new partition {}", input.topic, input.partition);
  }
  if (more.empty()) return;
  inputs_ = found.inputs;
  if (const std::string error = consumer_->add(more); !error.empty()) {
    for (const auto& [input, offset] : more) sink_->on_stopped(input, error);
  }
  drain();
}

/// A broker that has just started may not know a topic for a moment.
void KafkaSource::note_missing(const std::string& topic) {
  missed_ = topic.empty() ? 0 : missed_ + 1;
  if (missed_ < kAnswersUntilGone) return;
  const std::string reason = fmt::format(
      "topic '{}' does not exist any more; create it again, or remove it from the settings", topic);
  for (const Input& input : consumer_->inputs()) {
    if (input.topic != topic) continue;
    consumer_->stop(input);
    log::error("kafka: {}/{}: {}", topic, input.partition, reason);
    sink_->on_stopped(input, fmt::format("{}/{}: {}", topic, input.partition, reason));
  }
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

void KafkaSource::note_ends(std::optional<Ends>& found) {
  if (stopping_) {
    found.reset();
    return;
  }
  const std::string complaint = signals_->take_complaint();
  set_reachable(found.has_value(), complaint.empty() ? "no answer about the ends of the topics" : complaint);
  check_cluster();
  if (!found || !consumer_) return;
  for (auto& [input, end] : found->next_offset) end = consumer_->reachable_end(input, end);
}

void KafkaSource::hint(const std::vector<std::pair<Input, int64_t>>& next_offsets) {
  if (consumer_ && !stopping_) consumer_->commit(next_offsets);
}

void KafkaSource::client_error(int code, const std::string& reason) {
  if (code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN) return set_reachable(false, reason);
  if (code == RD_KAFKA_RESP_ERR__AUTHENTICATION || code == RD_KAFKA_RESP_ERR__SSL ||
      code == RD_KAFKA_RESP_ERR__FATAL) {
    return set_reachable(false, reason);
  }
  log::debug("kafka: {}", reason);
  // One connection of several may have failed; whether that matters a question shows.
  if (reachable_ && !looking_ && !stopping_ && sink_) look_for_partitions(Duration{0});
}

void KafkaSource::set_reachable(bool reachable, const std::string& detail) {
  if (std::exchange(reachable_, reachable) == reachable) return;
  if (reachable) {
    log::info("kafka: the brokers answer again");
  } else {
    log::warning("kafka: no broker is in reach: {}; trying on", detail);
  }
  if (sink_) sink_->on_reachable(reachable, detail);
}

void KafkaSource::check_cluster() {
  if (!signals_->other_cluster() || !consumer_) return;
  stop_all(
      fmt::format("the brokers now belong to another cluster than {}; start anew, and decide from which "
                  "offsets to go on",
                  cluster_));
}

void KafkaSource::stop_all(const std::string& reason) {
  const std::vector<Input> inputs = consumer_ ? consumer_->inputs() : inputs_;
  if (inputs.empty()) return;
  log::error("kafka: {}", reason);
  for (const Input& input : inputs) {
    if (consumer_) consumer_->stop(input);
    if (sink_) sink_->on_stopped(input, fmt::format("{}/{}: {}", input.topic, input.partition, reason));
  }
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

}  // namespace

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
