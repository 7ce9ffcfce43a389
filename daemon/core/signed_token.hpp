// Tokens that stand in links: what they are for, until when, and a signature; no login, nothing stored.
//
// A token is base64url(payload) "." expiry in seconds "." base64url(HMAC-SHA256 of both), so it can stand in
// a path as it is. Whoever holds it may do the one thing it is for until it expires; a new key makes all
// older ones void.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/time.hpp"

namespace duban {

std::string sign_token(std::string_view key, std::string_view payload, Instant expires);

enum class TokenFault { none, malformed, forged, expired };
struct OpenedToken {
  TokenFault fault = TokenFault::none;
  std::string payload;  // of a token that is not forged, also of an expired one
  Instant expires{};
};
OpenedToken open_token(std::string_view key, std::string_view token, Instant now);

/// What an acknowledgement link is for: the alerts of one message, and the recipient who got it
/// ("T-1/principal"; empty: a group).
struct AcknowledgementLink {
  std::vector<std::string> alerts;
  std::string recipient;
};
/// Alerts beyond this are left out: a link must stay short enough for a message.
inline constexpr size_t kAlertsInLink = 20;
std::string acknowledgement_payload(const AcknowledgementLink& link);
std::optional<AcknowledgementLink> read_acknowledgement_payload(std::string_view payload);

}  // namespace duban
