// A thread for calls that block (librdkafka's questions to brokers), whose answers are given on the event
// loop. Private to intake/.
#pragma once

#include <functional>
#include <memory>

#include "core/time.hpp"

namespace asio {
class io_context;
}

namespace duban::intake {

class Worker {
 public:
  using Answer = std::function<void()>;

  explicit Worker(asio::io_context& loop);
  /// No answer is given any more. Waits a little for the job under way; if that hangs, its thread is left to
  /// end by itself and keeps only what the job holds.
  ~Worker();

  /// Runs `job` on the thread, one after the other, and what it returns (may be empty) on the loop.
  void run(std::function<Answer()> job);

 private:
  struct State;
  static void work(const std::shared_ptr<State>& state);
  std::shared_ptr<State> state_;
};

}  // namespace duban::intake
