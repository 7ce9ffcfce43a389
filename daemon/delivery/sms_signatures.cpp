#include <fmt/format.h>

#include "core/digest.hpp"
#include "delivery/sms.hpp"

namespace duban::delivery {

std::string acs3_authorization(const std::string& key_id, const std::string& secret, const std::string& query,
                               const std::map<std::string, std::string>& headers) {
  std::string lines, names;
  for (const auto& [name, value] : headers) {
    lines += name + ":" + value + "\n";
    names += (names.empty() ? "" : ";") + name;
  }
  const std::string canonical =
      fmt::format("POST\n/\n{}\n{}\n{}\n{}", query, lines, names, headers.at("x-acs-content-sha256"));
  const std::string text = "ACS3-HMAC-SHA256\n" + to_hex(sha256(canonical));
  return fmt::format("ACS3-HMAC-SHA256 Credential={},SignedHeaders={},Signature={}", key_id, names,
                     to_hex(hmac_sha256(secret, text)));
}

std::string tc3_authorization(const std::string& key_id, const std::string& secret, const std::string& host,
                              const std::string& service, int64_t seconds, const std::string& body) {
  const std::string date = format_utc(Instant{std::chrono::seconds(seconds)}).substr(0, 10);
  const std::string scope = fmt::format("{}/{}/tc3_request", date, service);
  const std::string canonical =
      fmt::format("POST\n/\n\ncontent-type:application/json; charset=utf-8\nhost:{}\n\ncontent-type;host\n{}",
                  host, to_hex(sha256(body)));
  const std::string text =
      fmt::format("TC3-HMAC-SHA256\n{}\n{}\n{}", seconds, scope, to_hex(sha256(canonical)));
  const std::string key = hmac_sha256(hmac_sha256(hmac_sha256("TC3" + secret, date), service), "tc3_request");
  return fmt::format("TC3-HMAC-SHA256 Credential={}/{}, SignedHeaders=content-type;host, Signature={}",
                     key_id, scope, to_hex(hmac_sha256(key, text)));
}

}  // namespace duban::delivery
