#include "delivery/failure_log.hpp"

#include <chrono>

#include "core/log.hpp"

namespace duban::delivery {
namespace {

constexpr Duration kBetweenLines = std::chrono::minutes(1);

std::string and_before(uint64_t unsaid) {
  return unsaid == 0 ? "" : fmt::format(" ({} more since the last report)", unsaid);
}

}  // namespace

bool FailureLog::Line::due(Duration now) {
  if (said && now - last < kBetweenLines) {
    ++unsaid;
    return false;
  }
  said = true;
  last = now;
  return true;
}

void FailureLog::retried(const std::string& answer, Duration now) {
  if (is_stopped_) {
    ++while_stopped_;
  } else if (retries_.due(now)) {
    log::warning("channel '{}': an attempt failed and will be repeated: {}{}", channel_, answer,
                 and_before(retries_.unsaid));
    retries_.unsaid = 0;
  }
}

void FailureLog::rejected(const std::string& key, const std::string& answer, bool falls_back, Duration now) {
  if (!rejections_.due(now)) return;
  if (falls_back)
    log::warning("channel '{}': {} was rejected and goes on by the next channel of its route: {}{}", channel_,
                 key, answer, and_before(rejections_.unsaid));
  else
    log::error("channel '{}': {} was rejected and waits for a person's decision: {}{}", channel_, key, answer,
               and_before(rejections_.unsaid));
  rejections_.unsaid = 0;
}

void FailureLog::stopped(const std::string& answer, Duration now) {
  is_stopped_ = true;
  stopped_at_ = now;
  while_stopped_ = 0;
  stop_said_ = stops_.due(now);
  if (!stop_said_) return;
  log::error("channel '{}': stopped, nothing gets through: {}; it is probed, its alerts wait in the outbox{}",
             channel_, answer, and_before(stops_.unsaid));
  stops_.unsaid = 0;
}

void FailureLog::resumed(Duration now) {
  is_stopped_ = false;
  if (!stop_said_) return;
  log::info("channel '{}': delivers again after {} s, {} attempts failed meanwhile", channel_,
            std::chrono::duration_cast<std::chrono::seconds>(now - stopped_at_).count(), while_stopped_);
}

}  // namespace duban::delivery
