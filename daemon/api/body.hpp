// The body of a request that changes something: one JSON object of texts.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "api/error.hpp"

namespace duban::api {

struct Member {
  const char* name;
  const char* meaning;  // "who confirms"
  const char* example;  // "T-1/principal"
  bool required = true;
  size_t most = 200;  // bytes
};

/// One line of printable UTF-8 that is not too long.
bool is_plain(std::string_view text, size_t most);

/// "link 10.0.0.7", "api 127.0.0.1 for 10.0.0.7": through what a request came, and from where.
std::string origin_of(const char* through, const Request& request);
/// The answer when a ledger could not take what was asked.
Response unwritable();

/// The members by name; one that may be left out and is not there is not in it.
using Members = std::map<std::string, std::string>;
std::variant<Members, Fault> read_members(const Request& request, const std::vector<Member>& wanted);

}  // namespace duban::api
