#include "api/body.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/diagnostic.hpp"
#include "core/utf8.hpp"

namespace duban::api {
namespace {

using nlohmann::json;

/// {"by": "T-1/principal"}
std::string example_of(const std::vector<Member>& wanted) {
  nlohmann::ordered_json example = nlohmann::ordered_json::object();
  for (const Member& member : wanted)
    if (member.required) example[member.name] = member.example;
  return "send " + example.dump();
}

std::string unknown_member(const json& body, const std::vector<std::string>& known) {
  for (const auto& entry : body.items())
    if (std::find(known.begin(), known.end(), entry.key()) == known.end()) return entry.key();
  return {};
}

Fault wrong_member(const Member& member, const std::string& value) {
  return {400, std::string("request body, member '") + member.name + "'", value,
          std::string(member.meaning) + ", one line of at most " + std::to_string(member.most) + " bytes",
          std::string("write it like ") + member.example};
}

}  // namespace

bool is_plain(std::string_view text, size_t most) {
  return !text.empty() && text.size() <= most && utf8::invalid_at(text) == std::string_view::npos &&
         std::none_of(text.begin(), text.end(),
                      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

std::string origin_of(const char* through, const Request& request) {
  constexpr size_t kMost = 100;
  std::string origin = std::string(through) + " " + request.remote;
  if (is_plain(request.forwarded_for, kMost)) origin += " for " + request.forwarded_for;
  return origin;
}

Response unwritable() {
  Response response = error_response({503, "ledger", "it cannot be written", "a ledger that works",
                                      "try again; the daemon's log says what is wrong with it"});
  response.headers.emplace_back("Retry-After", "1");
  return response;
}

std::variant<Members, Fault> read_members(const Request& request, const std::vector<Member>& wanted) {
  if (!request.content_type.starts_with("application/json"))
    return Fault{415, "header Content-Type", request.content_type.empty() ? "none" : request.content_type,
                 "application/json", example_of(wanted) + " with that type"};
  const json body = json::parse(request.body, nullptr, false);
  if (!body.is_object())
    return Fault{400, "request body", request.body.empty() ? "empty" : request.body, "a JSON object",
                 example_of(wanted)};
  std::vector<std::string> known;
  for (const Member& member : wanted) known.emplace_back(member.name);
  if (const std::string unknown = unknown_member(body, known); !unknown.empty())
    return Fault{400, "request body", unknown, "a known member", suggest(unknown, known)};
  Members members;
  for (const Member& member : wanted) {
    const auto found = body.find(member.name);
    if (found == body.end() && !member.required) continue;
    if (found == body.end()) return wrong_member(member, "none");
    // Printing a list of lists is a recursion, and 64 KiB of brackets more than a stack holds.
    if (found->is_structured()) return wrong_member(member, found->type_name());
    if (!found->is_string() || !is_plain(found->get_ref<const std::string&>(), member.most))
      return wrong_member(member, found->dump(-1, ' ', true, json::error_handler_t::replace));
    members[member.name] = found->get<std::string>();
  }
  return members;
}

}  // namespace duban::api
