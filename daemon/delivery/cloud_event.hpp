// An alert or a dead letter as a CloudEvent 1.0.
//
// id: the idempotency key; type: `alert.dispatched`, for a proposal to the deciders `escalation.proposed` or
// `supervision.proposed`, for a dead letter `deadletter.recorded`; subject: the subject's id (a dead letter's
// position); time: the alert's instant; data: the record as it is stored.
#pragma once

#include <optional>
#include <string>

#include "delivery/channel.hpp"

namespace duban::delivery {

struct CloudEvent {
  std::string id;
  std::string source;
  std::string type;
  std::string subject;
  std::string time;
  std::string data;  // JSON
};

/// Empty if the message's body is neither an alert nor a dead letter.
std::optional<CloudEvent> cloud_event(Message message, std::string source);
/// The whole event as one JSON object (structured mode).
std::string structured(const CloudEvent& event);

/// What a channel answers where cloud_event() is empty: our fault, and for a person to look at.
Outcome unreadable_body();

}  // namespace duban::delivery
