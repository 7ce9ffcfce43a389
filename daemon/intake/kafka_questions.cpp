#include "intake/kafka_questions.hpp"

#include <fmt/format.h>
#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <cstdlib>

#include "intake/kafka_handles.hpp"

namespace duban::intake {
namespace {

std::string problem_of(const std::string& topic, rd_kafka_resp_err_t error) {
  switch (error) {
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
      return fmt::format("topic '{}' does not exist; create it, or correct the list of topics", topic);
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
      return fmt::format("topic '{}' must not be read by this user; grant Describe and Read on it", topic);
    default:
      return fmt::format("topic '{}': {}", topic, rd_kafka_err2str(error));
  }
}

/// Appends the topic's partitions; says what is wrong if there are none.
std::string describe(rd_kafka_s* client, const std::string& topic, int limit_ms, Discovery& out) {
  rd_kafka_topic_t* handle = rd_kafka_topic_new(client, topic.c_str(), nullptr);
  if (!handle) return problem_of(topic, rd_kafka_last_error());
  const rd_kafka_metadata_t* metadata = nullptr;
  const auto error = rd_kafka_metadata(client, 0, handle, &metadata, limit_ms);
  rd_kafka_topic_destroy(handle);
  if (error) return fmt::format("no broker answers: {}", rd_kafka_err2str(error));
  out.answered = true;
  std::string problem;
  for (int i = 0; i < metadata->topic_cnt; ++i) {
    const auto& found = metadata->topics[i];
    if (found.topic != topic) continue;
    if (found.err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART) out.missing = topic;
    if (found.err || found.partition_cnt == 0) {
      problem = problem_of(topic, found.err ? found.err : RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC);
    }
    for (int p = 0; p < found.partition_cnt; ++p) out.inputs.push_back({topic, found.partitions[p].id});
  }
  rd_kafka_metadata_destroy(metadata);
  return problem;
}

}  // namespace

Discovery discover(rd_kafka_s* client, const std::vector<std::string>& topics, Duration limit) {
  const int limit_ms = static_cast<int>(limit.count());
  Discovery out;
  for (const std::string& topic : topics) {
    if (std::string problem = describe(client, topic, limit_ms, out); !problem.empty()) {
      out.problem = std::move(problem);
      return out;
    }
  }
  std::sort(out.inputs.begin(), out.inputs.end());
  char* cluster = rd_kafka_clusterid(client, limit_ms);
  if (cluster) out.cluster = cluster;
  rd_kafka_mem_free(client, cluster);
  if (out.cluster.empty()) out.problem = "the brokers do not tell their cluster's id";
  return out;
}

std::optional<Ends> ask_ends(rd_kafka_s* client, const std::vector<event::Input>& inputs, Duration limit) {
  Ends ends;
  if (inputs.empty()) return ends;
  const KafkaList list(rd_kafka_topic_partition_list_new(static_cast<int>(inputs.size())));
  for (const event::Input& input : inputs) {
    rd_kafka_topic_partition_list_add(list.get(), input.topic.c_str(), input.partition)->offset =
        RD_KAFKA_OFFSET_END;
  }
  if (rd_kafka_offsets_for_times(client, list.get(), static_cast<int>(limit.count()))) return std::nullopt;
  for (int i = 0; i < list->cnt; ++i) {
    const auto& answer = list->elems[i];
    if (!answer.err && answer.offset >= 0) ends.next_offset[{answer.topic, answer.partition}] = answer.offset;
  }
  if (ends.next_offset.empty()) return std::nullopt;
  return ends;
}

}  // namespace duban::intake
