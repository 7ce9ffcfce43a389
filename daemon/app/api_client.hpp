// Asks a running daemon: its API, at the address and with the token of the same settings it runs with.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "app/settings.hpp"

namespace duban::app {

struct ApiAnswer {
  int status = 0;
  nlohmann::ordered_json body;
  std::string error;  // for the person at the terminal; empty if the daemon did what was asked
};

class ApiClient {
 public:
  /// `url`: in place of the settings' address, "http://127.0.0.1:8117". On failure error() says why.
  ApiClient(const Settings& settings, const std::string& url);

  const std::string& error() const { return error_; }
  /// `target`: path and query, percent-encoded.
  ApiAnswer get(const std::string& target) const { return ask("GET", target, {}); }
  ApiAnswer post(const std::string& target, const nlohmann::ordered_json& body) const;
  ApiAnswer remove(const std::string& target) const { return ask("DELETE", target, {}); }

 private:
  ApiAnswer ask(const char* method, const std::string& target, const std::optional<std::string>& body) const;

  std::string url_;
  std::string token_;
  std::string error_;
};

}  // namespace duban::app
