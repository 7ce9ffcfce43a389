// What clients of the API write: a path, a query and a body, one line each (the body has the rest).
//
// Besides not crashing and not hanging: parts and parameters are UTF-8 without control characters; encoding
// what was decoded and decoding it again gives the same; a fault can be answered.
#include <algorithm>

#include "api/body.hpp"
#include "api/page.hpp"
#include "core/signed_token.hpp"
#include "core/utf8.hpp"
#include "require.hpp"

namespace duban::fuzz {
namespace {

void require_plain(const std::string& text) {
  require(utf8::invalid_at(text) == std::string_view::npos, "what was decoded is UTF-8");
  require(std::none_of(text.begin(), text.end(),
                       [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }),
          "what was decoded has no control characters");
  const auto again = api::percent_decode(api::percent_encode(text), false);
  require(again && *again == text, "encoding and decoding gives the same");
}

void require_answer(const api::Fault& fault) {
  require(fault.status >= 400 && fault.status < 500 && !fault.place.empty() && !fault.expected.empty() &&
              !fault.remedy.empty(),
          "a fault has all its parts");
  const api::Response response = api::error_response(fault);
  require(utf8::invalid_at(response.body) == std::string_view::npos, "a fault can be answered");
}

void path(std::string_view text) {
  const auto parts = api::path_parts(text);
  if (!parts) return;
  for (const std::string& part : *parts) {
    require(!part.empty() && part != "." && part != "..", "a part leads nowhere else");
    require_plain(part);
  }
}

void query(std::string_view text) {
  const auto read = api::read_page(text, {nullptr, nullptr, {"rule", "subject"}}, nullptr);
  if (const auto* fault = std::get_if<api::Fault>(&read)) return require_answer(*fault);
  const auto& page = std::get<api::PageRequest>(read);
  require(page.limit >= 1 && page.limit <= 1'000, "a page is bounded");
  for (const auto& [name, value] : page.parameters) require_plain(value);
  for (const int64_t number : page.cursor) require(number >= 0, "a cursor has no negative numbers");
}

void body(std::string_view text) {
  api::Request request;
  request.content_type = "application/json";
  request.body = std::string(text);
  const auto read = api::read_members(
      request, {{"by", "who confirms", "T-1/principal"}, {"note", "what is added", "已安排", false, 50}});
  if (const auto* fault = std::get_if<api::Fault>(&read)) return require_answer(*fault);
  const auto& members = std::get<api::Members>(read);
  require(members.contains("by"), "what is required is there");
  for (const auto& [name, value] : members) {
    require_plain(value);
    require(value.size() <= 200, "a member is bounded");
  }
}

void token(std::string_view text) {
  const OpenedToken opened = open_token("key", text, instant_of_ms(0));
  require(opened.fault != TokenFault::none, "nobody guesses a signature");
  const auto link = read_acknowledgement_payload(text);
  if (!link || link->alerts.size() > kAlertsInLink) return;
  const auto back = read_acknowledgement_payload(acknowledgement_payload(*link));
  require(back && back->alerts == link->alerts && back->recipient == link->recipient,
          "a link's payload comes back as it was");
}

}  // namespace
}  // namespace duban::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  using namespace duban::fuzz;
  std::string_view rest(reinterpret_cast<const char*>(bytes), size);
  const auto line = [&rest] {
    const std::string_view found = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(found.size() + 1, rest.size()));
    return found;
  };
  const std::string_view first = line();
  path(first);
  token(first);
  query(line());
  body(rest);
  return 0;
}
