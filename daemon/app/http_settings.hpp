// `http:` of the settings: where the API listens, and its secrets (docs/api.md).
#pragma once

#include <functional>
#include <string>

#include "core/time.hpp"
#include "core/yaml.hpp"

namespace duban::app {

struct HttpSettings {
  std::string address;  // numeric; empty: no listener
  int port = 0;
  std::string token_file;     // empty: api-token in the store, made at the first start
  std::string link_key_file;  // empty: link-key in the store, made at the first start
  std::string public_url;     // where people reach the listener, without a slash at its end; empty: no links
  Duration link_lifetime{std::chrono::days(7)};
};

/// `path` resolves a file's name, `expanded` a text with environment variables.
struct SettingsTexts {
  std::function<std::string(const yaml::Reader&)> path;
  std::function<std::string(const yaml::Reader&)> expanded;
};
HttpSettings read_http(const yaml::Reader& http, const SettingsTexts& texts);

/// The secret in `file`, or, if that is empty, in `store`/`name`, which is made with a random one (mode 0600)
/// if it is not there. On failure `error` says why.
std::string http_secret(const std::string& file, const std::string& store, const std::string& name,
                        std::string& error);

/// Reads a token for asking; empty, or why it cannot be used.
std::string read_token(const std::string& file, std::string& token);

}  // namespace duban::app
