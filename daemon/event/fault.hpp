// What makes a record unusable, while it is being decoded. Private to event/.
#pragma once

#include <string>
#include <string_view>

namespace duban::event {

/// Codes of refusals; each is explained, with its remedy, in docs/dead-letters.md. Never reused or
/// renumbered: operators filter by them.
namespace code {
inline constexpr std::string_view kEmpty = "D01";
inline constexpr std::string_view kTooLarge = "D02";
inline constexpr std::string_view kNotCloudEvent = "D03";
inline constexpr std::string_view kBatch = "D04";
inline constexpr std::string_view kContentType = "D05";
inline constexpr std::string_view kNotUtf8 = "D06";
inline constexpr std::string_view kNotJson = "D07";
inline constexpr std::string_view kNotObject = "D08";
inline constexpr std::string_view kTooDeep = "D09";
inline constexpr std::string_view kDuplicateKey = "D10";
inline constexpr std::string_view kMissingAttribute = "D11";
inline constexpr std::string_view kBadAttribute = "D12";
inline constexpr std::string_view kUnknownType = "D13";
inline constexpr std::string_view kKeyMismatch = "D14";
inline constexpr std::string_view kMissingField = "D15";
inline constexpr std::string_view kBadField = "D16";
inline constexpr std::string_view kBadLine = "D17";
}  // namespace code

struct Fault {
  std::string_view code;  // empty: no fault
  std::string reason;
  explicit operator bool() const { return !code.empty(); }
};

/// At most `limit` bytes of `text` in quotes, cut between characters and marked with "…"; what is not UTF-8
/// or not printable becomes '?', so that a reason can always be stored and shown.
std::string in_quotes(std::string_view text, size_t limit = 60);

}  // namespace duban::event
