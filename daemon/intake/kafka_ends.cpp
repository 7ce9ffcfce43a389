#include "intake/kafka_ends.hpp"

#include <asio/io_context.hpp>
#include <utility>

#include "intake/kafka_questions.hpp"

namespace duban::intake {

KafkaEnds::KafkaEnds(asio::io_context& loop, Worker& worker, std::shared_ptr<rd_kafka_s> client,
                     Options options, std::function<std::vector<event::Input>()> inputs,
                     std::function<void(std::optional<Ends>&)> on_answer)
    : worker_(worker),
      client_(std::move(client)),
      options_(options),
      inputs_(std::move(inputs)),
      on_answer_(std::move(on_answer)),
      pause_(loop) {}

void KafkaEnds::ask(Answer answer) {
  waiting_.push_back(std::move(answer));
  if (!std::exchange(busy_, true)) ask_now(std::exchange(waiting_, {}));
}

void KafkaEnds::hurry() {
  options_.pause = Duration{0};
  pause_.cancel();
}

void KafkaEnds::ask_now(std::vector<Answer> answers) {
  worker_.run([this, answers = std::move(answers), inputs = inputs_(), client = client_,
               limit = options_.limit, alive = std::weak_ptr<int>(alive_)]() -> Worker::Answer {
    return [this, alive, answers, found = ask_ends(client.get(), inputs, limit)] {
      if (alive.lock()) answered(found, answers);
    };
  });
}

void KafkaEnds::answered(std::optional<Ends> found, const std::vector<Answer>& answers) {
  on_answer_(found);
  pause_.expires_after(options_.pause);
  pause_.async_wait([this, alive = std::weak_ptr<int>(alive_)](const asio::error_code&) {
    if (!alive.lock()) return;
    busy_ = !waiting_.empty();
    if (busy_) ask_now(std::exchange(waiting_, {}));
  });
  for (const Answer& answer : answers) answer(found);
}

}  // namespace duban::intake
