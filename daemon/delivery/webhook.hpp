// The channel for programs elsewhere: an HTTP POST per alert.
//
// Body: a CloudEvent in structured mode (cloud_event.hpp), `application/cloudevents+json`. Headers:
//   Idempotency-Key: the alert's id; the same in every repetition
//   X-Duban-Signature: t=<unix seconds>,v1=<hex HMAC-SHA256 over "<t>.<body>" with the secret>
//   Authorization: Bearer <token>, if there is a token file
// With `payload: alertmanager` the body is what Alertmanager posts to its webhook receivers (version 4), so
// that programs written for those take it. http_outcome.hpp says what its answers mean.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "delivery/channel_settings.hpp"

namespace duban::delivery {

MadeChannel make_webhook(const ChannelSettings& settings, const ChannelContext& context);

/// The value of X-Duban-Signature.
std::string signature(std::string_view secret, Instant at, std::string_view body);

}  // namespace duban::delivery
