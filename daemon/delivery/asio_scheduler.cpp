#include "delivery/asio_scheduler.hpp"

#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <asio/steady_timer.hpp>
#include <set>
#include <utility>

namespace duban::delivery {
namespace {

class AsioScheduler final : public Scheduler {
 public:
  explicit AsioScheduler(asio::io_context& loop) : loop_(loop), timers_(std::make_shared<Timers>()) {}
  ~AsioScheduler() override {
    timers_->over = true;
    for (const auto& timer : timers_->running) timer->cancel();
  }

  void after(Duration delay, std::function<void()> callback) override {
    if (delay <= Duration{0}) {
      asio::post(loop_, [timers = timers_, callback = std::move(callback)] {
        if (!timers->over) callback();
      });
      return;
    }
    const auto timer = std::make_shared<asio::steady_timer>(loop_, delay);
    timers_->running.insert(timer);
    timer->async_wait([timers = timers_, timer, callback = std::move(callback)](asio::error_code error) {
      timers->running.erase(timer);
      if (!error && !timers->over) callback();
    });
  }

 private:
  struct Timers {
    bool over = false;
    std::set<std::shared_ptr<asio::steady_timer>> running;
  };
  asio::io_context& loop_;
  std::shared_ptr<Timers> timers_;
};

}  // namespace

std::unique_ptr<Scheduler> make_asio_scheduler(asio::io_context& loop) {
  return std::make_unique<AsioScheduler>(loop);
}

}  // namespace duban::delivery
