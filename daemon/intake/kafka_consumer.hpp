// The consuming client: partitions assigned by hand, each with a queue of its own, all announced by one file
// descriptor. Private to intake/; on the loop's thread, but for close().
//
// Each partition has its own queue, so that pausing one costs nothing: it is simply not taken from, and
// librdkafka stops fetching when it is full. (Its own pause throws away what it has fetched.)
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "event/record.hpp"
#include "intake/kafka_handles.hpp"
#include "intake/kafka_signals.hpp"

struct rd_kafka_message_s;

namespace duban::intake {

class KafkaConsumer {
 public:
  struct Listener {
    std::function<void(std::vector<event::Record>)> on_records;
    std::function<void(const event::Input&, const std::string& reason)> on_stopped;
  };

  /// Null and `error` if the client cannot be made. Writes to `event_fd` whenever a queue that was found
  /// empty has something again.
  static std::unique_ptr<KafkaConsumer> make(KafkaConf conf, int event_fd, Listener listener,
                                             std::string& error);
  ~KafkaConsumer();

  /// Begins to read each input from its offset, or from librdkafka's logical ones (-2: the beginning).
  /// Returns what went wrong.
  std::string add(const std::map<event::Input, int64_t>& from);
  bool has(const event::Input& input) const { return partitions_.contains(input); }
  std::vector<event::Input> inputs() const;

  /// Gives what has come, up to a bound; true if there is more. Must be called again until it returns false
  /// before the descriptor is waited for.
  bool drain();
  void pause(const event::Input& input, bool paused);
  /// Nothing more comes from the input.
  void stop(const event::Input& input);

  /// `end` in terms of what was given: the offset after the last record given if the rest up to `end` is
  /// known to hold none (markers of transactions, records that retention took).
  int64_t reachable_end(const event::Input& input, int64_t end) const;
  void commit(const std::vector<std::pair<event::Input, int64_t>>& next_offsets);

  /// No more notices on the descriptor.
  void detach();
  /// Leaves the group and stops fetching; may block for seconds, any thread. Nothing else may be called
  /// after.
  void close();

 private:
  struct Partition {
    KafkaQueue queue;
    int64_t next = 0;       // after the last record given
    int64_t read_end = -1;  // the end that was met, -1 if none was
    bool paused = false;
    bool stopped = false;
  };
  using Entry = std::pair<const event::Input, Partition>;

  KafkaConsumer(KafkaClient client, int event_fd, Listener listener);
  size_t drain(Entry& entry, size_t room, std::vector<event::Record>& out);
  void take(Entry& entry, rd_kafka_message_s* message, std::vector<event::Record>& out);
  void take_error(Entry& entry, const rd_kafka_message_s& message);
  void serve_client();

  KafkaClient client_;
  int event_fd_;
  Listener listener_;
  KafkaQueue main_queue_;
  std::map<event::Input, Partition> partitions_;
  size_t first_ = 0;  // the partition that is drained first next time
  std::vector<rd_kafka_message_s*> messages_;
  std::vector<std::pair<event::Input, std::string>> stopping_;  // told when what came before them is given
  std::map<int, bool> told_errors_;
  bool closed_ = false;
};

}  // namespace duban::intake
