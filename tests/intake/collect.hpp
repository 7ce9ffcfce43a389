// A sink that keeps everything, and waiting on the loop for something to become true.
#pragma once

#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>
#include <catch2/catch.hpp>
#include <functional>
#include <string>
#include <vector>

#include "intake/source.hpp"

namespace duban::intake {

struct Collect : Sink {
  void on_records(std::vector<event::Record> more) override {
    for (event::Record& r : more) records.push_back(std::move(r));
    if (after_records) after_records();
  }
  void on_stopped(const event::Input& input, const std::string& reason) override { stopped[input] = reason; }
  void on_reachable(bool is, const std::string& detail) override { reachable.emplace_back(is, detail); }
  void on_finished() override { finished = true; }

  std::vector<event::Record> records;
  std::map<event::Input, std::string> stopped;
  std::vector<std::pair<bool, std::string>> reachable;
  bool finished = false;
  std::function<void()> after_records;
};

/// Runs the loop until `done` holds; fails the test after half a minute.
inline void run_until(asio::io_context& loop, const std::function<bool()>& done) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!done()) {
    if (loop.stopped()) loop.restart();
    loop.run_one_for(std::chrono::milliseconds(20));
    if (std::chrono::steady_clock::now() > end) FAIL("half a minute has passed in vain");
  }
}

inline std::vector<event::Input> opened(asio::io_context& loop, Source& source) {
  std::vector<event::Input> found;
  std::string problem;
  bool is_done = false;
  source.open([&](std::vector<event::Input> inputs, std::string error) {
    found = std::move(inputs);
    problem = std::move(error);
    is_done = true;
  });
  run_until(loop, [&] { return is_done; });
  INFO(problem);
  REQUIRE(problem.empty());
  return found;
}

inline void stopped(asio::io_context& loop, Source& source) {
  bool is_done = false;
  source.stop(std::chrono::seconds(5), [&] { is_done = true; });
  run_until(loop, [&] { return is_done; });
}

inline std::optional<Ends> ends_of(asio::io_context& loop, Source& source) {
  std::optional<Ends> found;
  bool is_done = false;
  source.ends([&](std::optional<Ends> ends) {
    found = std::move(ends);
    is_done = true;
  });
  run_until(loop, [&] { return is_done; });
  return found;
}

}  // namespace duban::intake
