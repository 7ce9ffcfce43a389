// What librdkafka says by itself, from any of its threads: log lines and errors. Private to intake/.
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <string>

struct rd_kafka_conf_s;

namespace duban::intake {

/// Must outlive the clients whose configurations it is installed in.
class KafkaSignals {
 public:
  /// `with_errors`: also on_error, for a client whose queue is served.
  void install(rd_kafka_conf_s* conf, bool with_errors);

  /// The last complaint about a connection, "" if there was none; forgotten by being taken.
  std::string take_complaint();
  /// True if brokers have answered with another cluster's id than the first did.
  bool other_cluster() const { return other_cluster_; }
  /// On the thread that serves the client's queue: librdkafka's error code and reason.
  std::function<void(int code, const std::string& reason)> on_error;

  void note(int level, const std::string& facility, const std::string& text);

 private:
  std::atomic<bool> other_cluster_ = false;
  std::mutex mutex_;
  std::string complaint_;
};

}  // namespace duban::intake
