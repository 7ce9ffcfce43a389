// A record as it came from an input, not interpreted.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/time.hpp"

namespace duban::event {

/// One ordered stream of records: a partition of a Kafka topic, or a file (partition 0).
struct Input {
  std::string topic;
  int32_t partition = 0;
  auto operator<=>(const Input&) const = default;
};

struct Header {
  std::string_view name;
  std::string_view value;
};

/// Move-only; `owner` keeps every view alive (a librdkafka message, a line of a file).
struct Record {
  const Input* input = nullptr;  // owned by the source, lives as long as it
  int64_t offset = 0;
  int32_t leader_epoch = -1;
  /// The record's timestamp: the instant of its event (architecture.md, Time).
  Instant at{};
  std::string_view key;
  std::string_view payload;
  std::vector<Header> headers;
  std::unique_ptr<void, void (*)(void*)> owner{nullptr, [](void*) {}};
};

}  // namespace duban::event
