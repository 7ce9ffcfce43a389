#include "api/error.hpp"

#include <nlohmann/json.hpp>

#include "core/utf8.hpp"

namespace duban::api {

std::string shown(const std::string& text) {
  constexpr size_t kMost = 200;
  std::string out;
  for (std::string_view rest = text; !rest.empty();) {
    const utf8::CodePoint next = utf8::first(rest);
    if (out.size() + next.bytes > kMost) return out + "…";
    const bool control = next.value < 0x20 || next.value == 0x7F;
    out += next.valid && !control ? std::string(rest.substr(0, next.bytes)) : "�";
    rest.remove_prefix(next.bytes);
  }
  return out;
}

Response error_response(const Fault& fault) {
  const nlohmann::ordered_json body{{"error",
                                     {{"status", fault.status},
                                      {"place", fault.place},
                                      {"value", shown(fault.value)},
                                      {"expected", fault.expected},
                                      {"remedy", fault.remedy}}}};
  Response response;
  response.status = fault.status;
  response.body = body.dump() + "\n";
  return response;
}

}  // namespace duban::api
