// The source's inside: one object on the loop, its parts in files of their own.
//
//   kafka_source.cpp  opening, reading, stopping
//   kafka_watch.cpp   what becomes of the brokers and the topics meanwhile
#pragma once

#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <asio/steady_timer.hpp>

#include "intake/kafka_conf.hpp"
#include "intake/kafka_consumer.hpp"
#include "intake/kafka_ends.hpp"
#include "intake/kafka_questions.hpp"
#include "intake/kafka_signals.hpp"
#include "intake/kafka_source.hpp"
#include "intake/worker.hpp"

namespace duban::intake {

using event::Input;

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

}  // namespace duban::intake
