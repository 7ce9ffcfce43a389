#include "ledger/dead_letter_json.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "core/base64.hpp"

namespace duban::ledger {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

std::string bytes_of(const json& text) {
  std::optional<std::string> bytes = base64::decode(text.get_ref<const std::string&>());
  if (!bytes) throw std::invalid_argument("not base64");
  return *std::move(bytes);
}

DeadLetter read(const json& from) {
  DeadLetter letter;
  letter.topic = from.at("topic").get<std::string>();
  letter.partition = from.at("partition").get<int32_t>();
  letter.offset = from.at("offset").get<int64_t>();
  const std::optional<Instant> at = parse_rfc3339(from.at("at").get_ref<const std::string&>());
  if (!at) throw std::invalid_argument("not an instant");
  letter.at = *at;
  letter.code = from.at("code").get<std::string>();
  letter.reason = from.at("reason").get<std::string>();
  letter.key = bytes_of(from.at("key_base64"));
  letter.payload = bytes_of(from.at("payload_base64"));
  for (const json& header : from.at("headers")) {
    letter.headers.emplace_back(header.at(0).get<std::string>(), bytes_of(header.at(1)));
  }
  return letter;
}

}  // namespace

std::string dead_letter_json(const DeadLetter& letter) {
  ordered_json headers = ordered_json::array();
  for (const auto& [name, value] : letter.headers) {
    headers.push_back(ordered_json::array({name, base64::encode(value)}));
  }
  const ordered_json body{{"dead_letter",
                           {{"topic", letter.topic},
                            {"partition", letter.partition},
                            {"offset", letter.offset},
                            {"at", format_utc(letter.at)},
                            {"code", letter.code},
                            {"reason", letter.reason},
                            {"key_base64", base64::encode(letter.key)},
                            {"headers", std::move(headers)},
                            {"payload_base64", base64::encode(letter.payload)}}}};
  // A reason may quote bytes of a record that is not UTF-8: replaced, never thrown.
  return body.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

std::optional<DeadLetter> parse_dead_letter(std::string_view body) {
  if (!body.starts_with("{\"dead_letter\":")) return std::nullopt;
  try {
    return read(json::parse(body).at("dead_letter"));
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

std::string dead_letter_key(const DeadLetter& letter) {
  return fmt::format("{}/{}/{}", letter.topic, letter.partition, letter.offset);
}

}  // namespace duban::ledger
