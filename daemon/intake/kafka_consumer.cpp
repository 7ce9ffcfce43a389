#include "intake/kafka_consumer.hpp"

#include <fmt/format.h>
#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <array>
#include <utility>

#include "core/limits.hpp"
#include "core/log.hpp"
#include "event/cloudevents.hpp"

namespace duban::intake {

using event::Input;
using event::Record;

namespace {

/// Taken of one partition before the next has its turn.
constexpr size_t kPortion = 1'000;

void destroy_message(void* message) { rd_kafka_message_destroy(static_cast<rd_kafka_message_t*>(message)); }

/// Headers by which recorded files say what their lines left out: no producer may say that.
bool is_of_files(std::string_view name) {
  return name == event::kShortFormHeader || name == event::kBadLineHeader;
}

Record record_of(const Input& input, rd_kafka_message_t* message) {
  Record r;
  r.owner = {message, destroy_message};
  r.input = &input;
  r.offset = message->offset;
#if RD_KAFKA_VERSION >= 0x020100ff  // earlier versions do not tell
  r.leader_epoch = rd_kafka_message_leader_epoch(message);
#endif
  rd_kafka_timestamp_type_t type;
  const int64_t ms = rd_kafka_message_timestamp(message, &type);
  // Without a timestamp (message format 0) the merger puts it right by the records before it.
  r.at = type == RD_KAFKA_TIMESTAMP_NOT_AVAILABLE ? kNever : instant_of_ms(ms);
  r.key = {static_cast<const char*>(message->key), message->key_len};
  r.payload = {static_cast<const char*>(message->payload), message->len};
  rd_kafka_headers_t* headers = nullptr;
  if (rd_kafka_message_headers(message, &headers)) return r;
  r.headers.reserve(rd_kafka_header_cnt(headers));
  const char* name;
  const void* value;
  size_t size;
  for (size_t i = 0; !rd_kafka_header_get_all(headers, i, &name, &value, &size); ++i) {
    if (!is_of_files(name)) r.headers.push_back({name, {static_cast<const char*>(value), size}});
  }
  return r;
}

bool is_damaged(rd_kafka_resp_err_t error) {
  return error == RD_KAFKA_RESP_ERR__BAD_MSG || error == RD_KAFKA_RESP_ERR__BAD_COMPRESSION ||
         error == RD_KAFKA_RESP_ERR_INVALID_MSG || error == RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE;
}

bool is_gone(rd_kafka_resp_err_t error) {
  return error == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART || error == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC ||
         error == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION;
}

std::string name_of(const Input& input) { return fmt::format("{}/{}", input.topic, input.partition); }

}  // namespace

KafkaConsumer::KafkaConsumer(KafkaClient client, int event_fd, Listener listener)
    : client_(std::move(client)),
      event_fd_(event_fd),
      listener_(std::move(listener)),
      main_queue_(rd_kafka_queue_get_consumer(client_.get())),
      messages_(kPortion) {}

std::unique_ptr<KafkaConsumer> KafkaConsumer::make(KafkaConf conf, int event_fd, Listener listener,
                                                   std::string& error) {
  std::array<char, 512> why{};
  KafkaClient client(rd_kafka_new(RD_KAFKA_CONSUMER, conf.get(), why.data(), why.size()));
  if (!client) {
    error = fmt::format("kafka: {}", why.data());
    return nullptr;
  }
  (void)conf.release();  // the client's now
  rd_kafka_poll_set_consumer(client.get());
  std::unique_ptr<KafkaConsumer> out(new KafkaConsumer(std::move(client), event_fd, std::move(listener)));
  constexpr uint64_t kOne = 1;
  rd_kafka_queue_io_event_enable(out->main_queue_.get(), event_fd, &kOne, sizeof kOne);
  return out;
}

KafkaConsumer::~KafkaConsumer() { detach(); }

std::string KafkaConsumer::add(const std::map<Input, int64_t>& from) {
  if (from.empty()) return {};
  const KafkaList list(rd_kafka_topic_partition_list_new(static_cast<int>(from.size())));
  constexpr uint64_t kOne = 1;
  for (const auto& [input, offset] : from) {
    Partition& p = partitions_[input];
    p.queue.reset(rd_kafka_queue_get_partition(client_.get(), input.topic.c_str(), input.partition));
    // Before it is assigned, or the first records would go to the client's common queue.
    rd_kafka_queue_forward(p.queue.get(), nullptr);
    rd_kafka_queue_io_event_enable(p.queue.get(), event_fd_, &kOne, sizeof kOne);
    p.next = std::max<int64_t>(offset, 0);
    rd_kafka_topic_partition_list_add(list.get(), input.topic.c_str(), input.partition)->offset = offset;
  }
  rd_kafka_error_t* error = rd_kafka_incremental_assign(client_.get(), list.get());
  if (!error) return {};
  std::string text = rd_kafka_error_string(error);
  rd_kafka_error_destroy(error);
  return text;
}

std::vector<Input> KafkaConsumer::inputs() const {
  std::vector<Input> out;
  for (const auto& [input, p] : partitions_) {
    if (!p.stopped) out.push_back(input);
  }
  return out;
}

/// Errors and call-backs of the client as a whole; no records come here.
void KafkaConsumer::serve_client() {
  while (rd_kafka_message_t* message = rd_kafka_consume_queue(main_queue_.get(), 0)) {
    const auto error = message->err;
    if (error && !std::exchange(told_errors_[error], true)) {
      log::warning("kafka: {} (said once)", rd_kafka_message_errstr(message));
    }
    rd_kafka_message_destroy(message);
  }
}

bool KafkaConsumer::drain() {
  serve_client();
  std::vector<Record> records;
  size_t taken = 0;
  bool is_cut = false;
  const size_t count = partitions_.size();
  if (count == 0) return false;
  auto at = std::next(partitions_.begin(), static_cast<std::ptrdiff_t>(first_++ % count));
  for (size_t i = 0; i < count; ++i) {
    if (taken >= limits::kBatchRecords) {
      is_cut = true;
      break;
    }
    if (!at->second.paused && !at->second.stopped) {
      const size_t got = drain(*at, kPortion, records);
      is_cut = is_cut || got > 0;  // only a queue that was found empty will announce itself
      taken += got;
    }
    if (++at == partitions_.end()) at = partitions_.begin();
  }
  if (!records.empty()) listener_.on_records(std::move(records));
  for (const auto& [input, reason] : std::exchange(stopping_, {})) listener_.on_stopped(input, reason);
  return is_cut;
}

size_t KafkaConsumer::drain(Entry& entry, size_t room, std::vector<Record>& out) {
  const ssize_t got = rd_kafka_consume_batch_queue(entry.second.queue.get(), 0, messages_.data(), room);
  if (got <= 0) return 0;
  out.reserve(out.size() + static_cast<size_t>(got));
  for (ssize_t i = 0; i < got; ++i) take(entry, messages_[static_cast<size_t>(i)], out);
  return static_cast<size_t>(got);
}

void KafkaConsumer::take(Entry& entry, rd_kafka_message_t* message, std::vector<Record>& out) {
  auto& [input, p] = entry;
  if (message->err || p.stopped || message->offset < p.next) {
    if (message->err && !p.stopped) take_error(entry, *message);
    rd_kafka_message_destroy(message);
    return;
  }
  p.next = message->offset + 1;
  out.push_back(record_of(input, message));
}

void KafkaConsumer::take_error(Entry& entry, const rd_kafka_message_t& message) {
  auto& [input, p] = entry;
  const std::string text = rd_kafka_message_errstr(&message);
  if (message.err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
    p.read_end = message.offset;
    return;
  }
  std::string reason;
  if (message.err == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET) {
    int64_t low = -1, high = -1;
    rd_kafka_get_watermark_offsets(client_.get(), input.topic.c_str(), input.partition, &low, &high);
    reason = fmt::format(
        "{}: offset {} is not there any more, or not yet ({}{}); decide from which offset to go on",
        name_of(input), p.next, text,
        low >= 0 && high > 0 ? fmt::format("; there is {} to {}", low, high) : "");
  } else if (is_gone(message.err)) {
    reason = fmt::format(
        "{}: the topic or partition is gone ({}); create it again, or remove it from the settings",
        name_of(input), text);
  } else if (is_damaged(message.err)) {
    reason = fmt::format("{}: a record behind offset {} is damaged ({}); decide from which offset to go on",
                         name_of(input), p.next - 1, text);
  } else if (message.err == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED) {
    reason = fmt::format("{}: reading is not allowed ({}); grant Read on the topic", name_of(input), text);
  } else {
    if (!std::exchange(told_errors_[message.err], true)) {
      log::warning("kafka: {}: {} (said once)", name_of(input), text);
    }
    return;
  }
  stop(input);
  stopping_.emplace_back(input, std::move(reason));
}

void KafkaConsumer::pause(const Input& input, bool paused) {
  const auto found = partitions_.find(input);
  if (found != partitions_.end()) found->second.paused = paused;
}

void KafkaConsumer::stop(const Input& input) {
  const auto found = partitions_.find(input);
  if (found == partitions_.end() || std::exchange(found->second.stopped, true)) return;
  const KafkaList list(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_list_add(list.get(), input.topic.c_str(), input.partition);
  rd_kafka_pause_partitions(client_.get(), list.get());  // also throws away what was fetched
}

int64_t KafkaConsumer::reachable_end(const Input& input, int64_t end) const {
  const auto found = partitions_.find(input);
  if (found == partitions_.end()) return end;
  const Partition& p = found->second;
  return p.read_end >= end ? std::min(end, p.next) : end;
}

void KafkaConsumer::commit(const std::vector<std::pair<Input, int64_t>>& next_offsets) {
  const KafkaList list(rd_kafka_topic_partition_list_new(static_cast<int>(next_offsets.size())));
  for (const auto& [input, offset] : next_offsets) {
    if (has(input))
      rd_kafka_topic_partition_list_add(list.get(), input.topic.c_str(), input.partition)->offset = offset;
  }
  if (list->cnt > 0) rd_kafka_commit(client_.get(), list.get(), 1 /* do not wait */);
}

void KafkaConsumer::detach() {
  if (std::exchange(event_fd_, -1) < 0) return;
  rd_kafka_queue_io_event_enable(main_queue_.get(), -1, nullptr, 0);
  for (auto& [input, p] : partitions_) rd_kafka_queue_io_event_enable(p.queue.get(), -1, nullptr, 0);
}

void KafkaConsumer::close() {
  if (!std::exchange(closed_, true)) rd_kafka_consumer_close(client_.get());
}

}  // namespace duban::intake
