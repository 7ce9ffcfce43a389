// Says a channel's failures once and then counts them.
#pragma once

#include <cstdint>
#include <string>

#include "core/time.hpp"

namespace duban::delivery {

/// At most one line a minute each for repeated attempts, rejections and stops; a stop that was said has its
/// end said. Instants are of the monotonic clock.
class FailureLog {
 public:
  explicit FailureLog(std::string channel) : channel_(std::move(channel)) {}

  void retried(const std::string& answer, Duration now);
  /// `falls_back`: another channel has it now.
  void rejected(const std::string& key, const std::string& answer, bool falls_back, Duration now);
  void stopped(const std::string& answer, Duration now);
  void resumed(Duration now);

 private:
  struct Line {
    bool said = false;
    Duration last{0};
    uint64_t unsaid = 0;
    bool due(Duration now);
  };
  std::string channel_;
  Line retries_;
  Line rejections_;
  Line stops_;
  Duration stopped_at_{0};
  uint64_t while_stopped_ = 0;
  bool is_stopped_ = false;
  bool stop_said_ = false;
};

}  // namespace duban::delivery
