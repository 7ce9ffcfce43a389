// Asks for the ends of all inputs, one question at a time. Private to intake/; on the loop's thread.
#pragma once

#include <asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "event/record.hpp"
#include "intake/source.hpp"
#include "intake/worker.hpp"

struct rd_kafka_s;

namespace duban::intake {

/// Who asks while a question is under way gets the answer to the next one: an answer must be younger than the
/// call. Between an answer and the next question lies a pause, for while catching up the brokers would
/// otherwise be asked without end.
class KafkaEnds {
 public:
  using Answer = std::function<void(std::optional<Ends>)>;
  struct Options {
    Duration pause;
    Duration limit;  // of one answer
  };

  /// `inputs` says whose ends to ask for; `on_answer` sees every answer first and may put it right.
  KafkaEnds(asio::io_context& loop, Worker& worker, std::shared_ptr<rd_kafka_s> client, Options options,
            std::function<std::vector<event::Input>()> inputs,
            std::function<void(std::optional<Ends>&)> on_answer);

  void ask(Answer answer);
  /// No further pauses.
  void hurry();

 private:
  void ask_now(std::vector<Answer> answers);
  void answered(std::optional<Ends> found, const std::vector<Answer>& answers);

  Worker& worker_;
  std::shared_ptr<rd_kafka_s> client_;
  Options options_;
  std::function<std::vector<event::Input>()> inputs_;
  std::function<void(std::optional<Ends>&)> on_answer_;
  asio::steady_timer pause_;
  std::vector<Answer> waiting_;
  bool busy_ = false;  // a question, or the pause after it
  std::shared_ptr<int> alive_ = std::make_shared<int>();
};

}  // namespace duban::intake
