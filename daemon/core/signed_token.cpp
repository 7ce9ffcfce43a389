#include "core/signed_token.hpp"

#include <algorithm>
#include <charconv>

#include "core/base64.hpp"
#include "core/digest.hpp"

namespace duban {
namespace {

constexpr std::string_view kAcknowledge = "ack";

/// RFC 4648, the alphabet for URLs, without padding.
std::string encode(std::string_view bytes) {
  std::string text = base64::encode(bytes);
  while (text.ends_with('=')) text.pop_back();
  std::replace(text.begin(), text.end(), '+', '-');
  std::replace(text.begin(), text.end(), '/', '_');
  return text;
}

std::optional<std::string> decode(std::string_view token) {
  if (token.find_first_of("+/=") != std::string_view::npos) return std::nullopt;
  std::string text(token);
  std::replace(text.begin(), text.end(), '-', '+');
  std::replace(text.begin(), text.end(), '_', '/');
  text.append((4 - text.size() % 4) % 4, '=');
  return base64::decode(text);
}

}  // namespace

std::string sign_token(std::string_view key, std::string_view payload, Instant expires) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(expires).time_since_epoch().count();
  const std::string stated = encode(payload) + "." + std::to_string(seconds);
  return stated + "." + encode(hmac_sha256(key, stated));
}

OpenedToken open_token(std::string_view key, std::string_view token, Instant now) {
  OpenedToken opened;
  const size_t second = token.rfind('.');
  const size_t first =
      second == 0 || second == std::string_view::npos ? std::string_view::npos : token.rfind('.', second - 1);
  opened.fault = TokenFault::malformed;
  if (first == std::string_view::npos) return opened;
  const std::string_view expiry = token.substr(first + 1, second - first - 1);
  int64_t seconds = 0;
  const auto [end, failed] = std::from_chars(expiry.data(), expiry.data() + expiry.size(), seconds);
  const std::optional<std::string> payload = decode(token.substr(0, first));
  const std::optional<std::string> signature = decode(token.substr(second + 1));
  constexpr int64_t kLast = INT64_MAX / 1000;
  if (failed != std::errc{} || end != expiry.data() + expiry.size() || seconds < 0 || seconds > kLast ||
      !payload || !signature)
    return opened;
  opened.fault = TokenFault::forged;
  if (key.empty() || !equal_in_constant_time(*signature, hmac_sha256(key, token.substr(0, second))))
    return opened;
  opened.payload = *payload;
  opened.expires = instant_of_ms(seconds * 1000);
  opened.fault = now < opened.expires ? TokenFault::none : TokenFault::expired;
  return opened;
}

std::string acknowledgement_payload(const AcknowledgementLink& link) {
  std::string payload = std::string(kAcknowledge) + "\n" + link.recipient;
  for (size_t i = 0; i < std::min(link.alerts.size(), kAlertsInLink); ++i) payload += "\n" + link.alerts[i];
  return payload;
}

std::optional<AcknowledgementLink> read_acknowledgement_payload(std::string_view payload) {
  std::vector<std::string> lines;
  while (!payload.empty()) {
    const size_t end = std::min(payload.find('\n'), payload.size());
    lines.emplace_back(payload.substr(0, end));
    payload.remove_prefix(std::min(end + 1, payload.size()));
  }
  if (lines.size() < 3 || lines[0] != kAcknowledge) return std::nullopt;
  return AcknowledgementLink{{lines.begin() + 2, lines.end()}, lines[1]};
}

}  // namespace duban
