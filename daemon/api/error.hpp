// What is wrong with a request, in the four parts of every error of duban: where, what was there, what was
// expected, what to do.
#pragma once

#include <string>

#include "api/http.hpp"

namespace duban::api {

struct Fault {
  int status = 400;
  std::string place;     // "query parameter 'limit'"
  std::string value;     // as it came, shortened; never a secret
  std::string expected;  // "a number from 1 to 1000"
  std::string remedy;    // "leave it out for 100"
};

/// {"error": {"status", "place", "value", "expected", "remedy"}}
Response error_response(const Fault& fault);

/// At most 200 bytes of what came, whole characters, bytes that are not UTF-8 replaced: fit for an answer or
/// a line of the log.
std::string shown(const std::string& text);

}  // namespace duban::api
