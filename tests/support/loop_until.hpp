// Runs a real event loop until something holds; false if it does not within a generous limit.
#pragma once

#include <asio/io_context.hpp>
#include <chrono>
#include <functional>

namespace duban::test {

inline bool loop_until(asio::io_context& loop, const std::function<bool()>& holds,
                       std::chrono::seconds limit = std::chrono::seconds(60)) {
  const auto end = std::chrono::steady_clock::now() + limit;
  while (!holds()) {
    if (std::chrono::steady_clock::now() > end) return false;
    if (loop.stopped()) loop.restart();
    loop.run_one_for(std::chrono::milliseconds(50));
  }
  return true;
}

}  // namespace duban::test
