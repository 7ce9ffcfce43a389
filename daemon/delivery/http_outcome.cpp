#include "delivery/http_outcome.hpp"

#include <fmt/format.h>

#include "delivery/answer_text.hpp"

namespace duban::delivery {
namespace {

Outcome later(std::string said, const HttpAnswer& answer) {
  Outcome outcome = Outcome::retry(std::move(said));
  outcome.not_before = answer.retry_after;
  return outcome;
}

/// Wrong settings, by status; empty for others.
std::string_view remedy(int status) {
  if (status >= 300 && status < 400)
    return "redirects are not followed: set the channel's url to the final address";
  switch (status) {
    case 401:
    case 403:
      return "check the channel's secret_file and token_file, and what the receiver allows";
    case 407:
      return "the proxy asks for credentials: give them in the channel's proxy";
    case 404:
    case 405:
    case 410:
      return "check the channel's url";
    default:
      return {};
  }
}

}  // namespace

Outcome http_outcome(const HttpAnswer& answer) {
  if (!answer.error.empty()) {
    std::string said = answer_text(answer.error);
    return answer.unreachable ? Outcome::stop(std::move(said)) : Outcome::retry(std::move(said));
  }
  const int status = answer.status;
  const std::string body = answer_text(answer.body);
  std::string said = body.empty() ? fmt::format("HTTP {}", status) : fmt::format("HTTP {}: {}", status, body);
  if (status >= 200 && status < 300) return Outcome::delivered(std::move(said));
  if (status == 429 || status == 503) return Outcome::stop(std::move(said), answer.retry_after);
  if (status == 408 || status == 409 || status == 425 || status >= 500) return later(std::move(said), answer);
  if (const std::string_view help = remedy(status); !help.empty()) {
    return Outcome::stop(fmt::format("{} ({})", said, help), answer.retry_after);
  }
  return Outcome::rejected(std::move(said));
}

}  // namespace duban::delivery
