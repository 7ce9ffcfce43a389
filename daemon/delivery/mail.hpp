// A message as a mail (RFC 5322, MIME): plain text and HTML, both from the same text, both harmless.
#pragma once

#include <string>
#include <string_view>

#include "delivery/reading.hpp"

namespace duban::delivery {

struct Mail {
  std::string from;       // an address
  std::string from_name;  // shown before it
  std::string to;
  std::string to_name;
  std::string key;  // of the message; with `to` it makes the Message-ID, the same in every repetition
  Instant at{};     // the alert's, as `Date`
  Reading reading;
};

/// With CRLF line ends, at most 78 characters a line, all ASCII unless an address's local part is not.
std::string mail_text(const Mail& mail, const Zone& zone);

/// As the servers take it: one @, no white space, control characters or brackets, at most 254 bytes; a domain
/// that is not ASCII in its xn-- form. Empty if it is no address.
std::string mail_address(std::string_view text);

/// A header's words (RFC 2047): as they are if they are plain ASCII, else as =?UTF-8?B?…?=, folded. `taken`:
/// columns before them in the first line.
std::string header_words(std::string_view text, size_t taken);

}  // namespace duban::delivery
