#include "api/query.hpp"

#include <algorithm>
#include <charconv>

#include "core/diagnostic.hpp"
#include "core/digest.hpp"
#include "core/utf8.hpp"

namespace duban::api {
namespace {

int digit_of(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool unreserved(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '.' ||
         c == '_' || c == '~';
}

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

}  // namespace

std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += plus_is_space && text[i] == '+' ? ' ' : text[i];
      continue;
    }
    const int high = i + 2 < text.size() ? digit_of(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? digit_of(text[i + 2]) : -1;
    if (high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  if (utf8::invalid_at(out) != std::string_view::npos || has_control(out)) return std::nullopt;
  return out;
}

std::string percent_encode(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (unreserved(c))
      out += c;
    else
      out += "%" + to_hex({&c, 1});
  }
  return out;
}

std::optional<std::vector<std::string>> path_parts(std::string_view path) {
  std::vector<std::string> parts;
  while (!path.empty()) {
    const size_t slash = std::min(path.find('/'), path.size());
    if (slash > 0) {
      std::optional<std::string> part = percent_decode(path.substr(0, slash), false);
      if (!part || *part == "." || *part == "..") return std::nullopt;
      parts.push_back(std::move(*part));
    }
    path.remove_prefix(std::min(slash + 1, path.size()));
  }
  return parts;
}

std::variant<Parameters, Fault> read_parameters(std::string_view query,
                                                const std::vector<std::string>& known) {
  Parameters parameters;
  while (!query.empty()) {
    const size_t end = std::min(query.find('&'), query.size());
    const std::string_view pair = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    if (pair.empty()) continue;
    const size_t equals = std::min(pair.find('='), pair.size());
    const auto name = percent_decode(pair.substr(0, equals), true);
    const auto value = percent_decode(equals < pair.size() ? pair.substr(equals + 1) : "", true);
    if (!name || !value)
      return Fault{400, "query", std::string(pair), "percent-encoded UTF-8 without control characters",
                   "encode the parameter, as curl --data-urlencode does"};
    if (std::find(known.begin(), known.end(), *name) == known.end())
      return Fault{400, "query", *name, "a known parameter", suggest(*name, known)};
    if (!parameters.emplace(*name, *value).second)
      return Fault{400, "query parameter '" + *name + "'", *value, "the parameter once", "give it once"};
  }
  return parameters;
}

std::variant<int64_t, Fault> number_of(const Parameters& parameters, const std::string& name, int64_t absent,
                                       int64_t least, int64_t most) {
  const auto found = parameters.find(name);
  if (found == parameters.end()) return absent;
  const std::string& text = found->second;
  int64_t number = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failed != std::errc{} || end != text.data() + text.size() || number < least || number > most)
    return Fault{400, "query parameter '" + name + "'", text,
                 "a number from " + std::to_string(least) + " to " + std::to_string(most),
                 "leave it out for " + std::to_string(absent)};
  return number;
}

}  // namespace duban::api
