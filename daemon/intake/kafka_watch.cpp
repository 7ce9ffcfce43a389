#include <fmt/format.h>
#include <librdkafka/rdkafka.h>

#include <algorithm>

#include "core/log.hpp"
#include "intake/kafka_source_impl.hpp"

namespace duban::intake {
namespace {

/// So many answers in a row must say that a topic does not exist.
constexpr int kAnswersUntilGone = 3;

}  // namespace

/// Asks now and then for new partitions, and so notices also in a quiet hour whether brokers are in reach.
void KafkaSource::look_for_partitions(Duration after) {
  timer_.expires_after(after);
  looking_ = false;
  timer_.async_wait([this, alive = std::weak_ptr<int>(alive_)](const asio::error_code& error) {
    if (!alive.lock() || error || stopping_) return;
    looking_ = true;
    check_cluster();
    worker_.run([this, alive, asker = asker_, topics = options_.topics,
                 limit = options_.answer_limit]() -> Worker::Answer {
      return [this, alive, found = discover(asker.get(), topics, limit)] {
        if (!alive.lock() || stopping_) return;
        set_reachable(found.answered, found.problem);
        const bool is_well = found.problem.empty();
        if (is_well) add_partitions(found);
        note_missing(found.missing);
        look_for_partitions(is_well ? options_.look_for_partitions : options_.retry);
      };
    });
  });
}

void KafkaSource::add_partitions(const Discovery& found) {
  std::map<Input, int64_t> more;
  for (const Input& input : found.inputs) {
    if (std::binary_search(inputs_.begin(), inputs_.end(), input)) continue;
    more[input] = RD_KAFKA_OFFSET_BEGINNING;
    log::info("kafka: {} has a new partition {}", input.topic, input.partition);
  }
  if (more.empty()) return;
  inputs_ = found.inputs;
  if (const std::string error = consumer_->add(more); !error.empty()) {
    for (const auto& [input, offset] : more) sink_->on_stopped(input, error);
  }
  drain();
}

/// A broker that has just started may not know a topic for a moment.
void KafkaSource::note_missing(const std::string& topic) {
  missed_ = topic.empty() ? 0 : missed_ + 1;
  if (missed_ < kAnswersUntilGone) return;
  const std::string reason = fmt::format(
      "topic '{}' does not exist any more; create it again, or remove it from the settings", topic);
  for (const Input& input : consumer_->inputs()) {
    if (input.topic != topic) continue;
    consumer_->stop(input);
    sink_->on_stopped(input, fmt::format("{}/{}: {}", topic, input.partition, reason));
  }
}

void KafkaSource::note_ends(std::optional<Ends>& found) {
  if (stopping_) {
    found.reset();
    return;
  }
  const std::string complaint = signals_->take_complaint();
  set_reachable(found.has_value(), complaint.empty() ? "no answer about the ends of the topics" : complaint);
  check_cluster();
  if (!found || !consumer_) return;
  for (auto& [input, end] : found->next_offset) end = consumer_->reachable_end(input, end);
}

void KafkaSource::client_error(int code, const std::string& reason) {
  if (code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN) return set_reachable(false, reason);
  if (code == RD_KAFKA_RESP_ERR__AUTHENTICATION || code == RD_KAFKA_RESP_ERR__SSL ||
      code == RD_KAFKA_RESP_ERR__FATAL) {
    return set_reachable(false, reason);
  }
  log::debug("kafka: {}", reason);
  // One connection of several may have failed; whether that matters a question shows.
  if (reachable_ && !looking_ && !stopping_ && sink_) look_for_partitions(Duration{0});
}

void KafkaSource::set_reachable(bool reachable, const std::string& detail) {
  if (std::exchange(reachable_, reachable) == reachable) return;
  if (sink_) sink_->on_reachable(reachable, detail);
}

void KafkaSource::check_cluster() {
  if (!signals_->other_cluster() || !consumer_) return;
  stop_all(
      fmt::format("the brokers now belong to another cluster than {}; start anew, and decide from which "
                  "offsets to go on",
                  cluster_));
}

void KafkaSource::stop_all(const std::string& reason) {
  const std::vector<Input> inputs = consumer_ ? consumer_->inputs() : inputs_;
  if (inputs.empty()) return;
  for (const Input& input : inputs) {
    if (consumer_) consumer_->stop(input);
    if (sink_) sink_->on_stopped(input, fmt::format("{}/{}: {}", input.topic, input.partition, reason));
  }
}

}  // namespace duban::intake
