// From a record to a typed event: CloudEvents 1.0 in the binary and structured mode of the Kafka binding.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "cel/value.hpp"
#include "event/catalog.hpp"
#include "event/record.hpp"

namespace duban::event {

/// Where an event stands in its input.
struct Origin {
  const Input* input = nullptr;
  int64_t offset = 0;
  Instant at{};  // the record's timestamp
};

/// All views live in the arena it was decoded into, or in the catalog.
struct Event {
  const EventType* type = nullptr;
  std::string_view id;
  std::string_view source;
  Instant time{};              // the event's own time; the record's if it states none
  std::string_view key;        // the entity it is about; empty for a fact without one
  cel::Value data;             // a record of type->layout
  std::string_view data_json;  // the data as it came, one JSON object
  Origin origin;
  uint64_t identity = 0;              // hash of (source, id)
  uint64_t content = 0;               // hash of (type, time, data): the same id with other content is refused
  const Record* record = nullptr;     // what it was decoded from, if that is still there: the original bytes
  std::vector<std::string> warnings;  // unknown enum values and the like: pass, but somebody must see them
};

/// Why a record is not an event of the catalog. It goes to the dead-letter topic with the original bytes.
struct Refusal {
  std::string code;    // "D01" …, docs/dead-letters.md
  std::string reason;  // one sentence with place, value and remedy
  Origin origin;
  std::string key;
  std::string payload;  // the original bytes
  std::vector<std::pair<std::string, std::string>> headers;
};

using Decoded = std::variant<Event, Refusal>;

/// One per thread (it keeps simdjson's buffers). Never throws.
class Decoder {
 public:
  Decoder(std::shared_ptr<const Catalog> catalog, Zone zone);
  ~Decoder();
  Decoder(Decoder&&) noexcept;
  Decoded decode(const Record& record, cel::Arena& arena);
  /// The same for an event kept as structured JSON (parked events, recorded files, rule tests). `origin` is
  /// kept.
  Decoded decode_structured(std::string_view json, const Origin& origin, cel::Arena& arena);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// The event as one structured-mode JSON object: what parking keeps and decode_structured reads.
std::string to_structured(const Event& event);

}  // namespace duban::event
