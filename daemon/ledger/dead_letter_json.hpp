// A dead letter as the body of a delivery.
//
//   {"dead_letter": {"topic", "partition", "offset", "at", "code", "reason",
//                    "key_base64", "headers": [[name, value_base64], ...], "payload_base64"}}
//
// The single outer key is what tells it from an alert. Bytes travel as base64, so that a record that is not
// UTF-8 comes out as it came in. The ledger writes it, channels and the command line read it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "ledger/rows.hpp"

namespace duban::ledger {

std::string dead_letter_json(const DeadLetter& letter);
/// Empty if `body` is not a dead letter (an alert, or broken).
std::optional<DeadLetter> parse_dead_letter(std::string_view body);
/// The idempotency key of its delivery: "topic/partition/offset".
std::string dead_letter_key(const DeadLetter& letter);

}  // namespace duban::ledger
