// Signals as callbacks on the event loop: TERM and INT stop, HUP reloads, USR1 confirms the clock. PIPE is
// ignored: a receiver or a console that goes away is a failed write, not the end of the daemon.
#pragma once

#include <asio/signal_set.hpp>
#include <csignal>
#include <functional>

namespace duban::app {

class Signals {
 public:
  explicit Signals(asio::io_context& loop) : set_(loop, SIGTERM, SIGINT, SIGHUP) {
    set_.add(SIGUSR1);
    std::signal(SIGPIPE, SIG_IGN);
    wait();
  }
  void close() {
    asio::error_code ignored;
    set_.cancel(ignored);
  }

  std::function<void()> on_stop;
  std::function<void()> on_reload;
  std::function<void()> on_confirm;

 private:
  void wait() {
    set_.async_wait([this](asio::error_code cancelled, int signal) {
      if (cancelled) return;
      const std::function<void()>& callback = signal == SIGHUP    ? on_reload
                                              : signal == SIGUSR1 ? on_confirm
                                                                  : on_stop;
      if (callback) callback();
      wait();
    });
  }

  asio::signal_set set_;
};

}  // namespace duban::app
