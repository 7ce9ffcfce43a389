#include "intake/worker.hpp"

#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "core/log.hpp"

namespace duban::intake {
namespace {

/// Leaving a consumer group and closing connections takes well under a second when brokers answer.
constexpr std::chrono::seconds kPatience{3};

}  // namespace

struct Worker::State {
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<std::function<Answer()>> jobs;
  asio::io_context* loop;  // null once nobody wants answers
  bool is_done = false;
};

Worker::Worker(asio::io_context& loop) : state_(std::make_shared<State>()) {
  state_->loop = &loop;
  std::thread([state = state_] { work(state); }).detach();
}

Worker::~Worker() {
  std::unique_lock lock(state_->mutex);
  state_->loop = nullptr;
  state_->changed.notify_all();
  if (!state_->changed.wait_for(lock, kPatience, [this] { return state_->is_done; })) {
    log::warning("kafka: a call does not return; its thread is left alone");
  }
}

void Worker::run(std::function<Answer()> job) {
  const std::lock_guard lock(state_->mutex);
  state_->jobs.push_back(std::move(job));
  state_->changed.notify_all();
}

void Worker::work(const std::shared_ptr<State>& state) {
  std::unique_lock lock(state->mutex);
  for (;;) {
    state->changed.wait(lock, [&] { return !state->jobs.empty() || !state->loop; });
    if (state->jobs.empty()) break;
    std::function<Answer()> job = std::move(state->jobs.front());
    state->jobs.pop_front();
    lock.unlock();
    Answer answer = job();
    job = nullptr;
    lock.lock();
    if (answer && state->loop) asio::post(*state->loop, std::move(answer));
  }
  state->is_done = true;
  state->changed.notify_all();
}

}  // namespace duban::intake
