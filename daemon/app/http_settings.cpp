#include "app/http_settings.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <asio/ip/address.hpp>
#include <charconv>
#include <filesystem>

#include "core/digest.hpp"
#include "delivery/secret.hpp"

namespace duban::app {
namespace {

constexpr size_t kSecretBytes = 32;

/// "127.0.0.1:8117", "[::1]:8117"
void read_listen(const yaml::Reader& listen, HttpSettings& settings) {
  const std::string text = listen.string();
  const size_t colon = text.rfind(':');
  std::string address = text.substr(0, colon);
  if (address.starts_with('[') && address.ends_with(']')) address = address.substr(1, address.size() - 2);
  const std::string port = colon == std::string::npos ? "" : text.substr(colon + 1);
  const auto [end, failed] = std::from_chars(port.data(), port.data() + port.size(), settings.port);
  asio::error_code no_address;
  asio::ip::make_address(address, no_address);
  if (failed != std::errc{} || end != port.data() + port.size() || settings.port < 0 ||
      settings.port > 65'535 || no_address)
    listen.error("E817", "'" + text + "' is no address to listen on",
                 "write a numeric address and a port, like 127.0.0.1:8117 or [::1]:8117");
  settings.address = address;
}

void read_public_url(const yaml::Reader& url, std::string text, HttpSettings& settings) {
  if (!text.starts_with("https://") && !text.starts_with("http://"))
    url.error("E818", "'" + text + "' is no address of a web page",
              "write where people reach the listener, like https://alerts.example.gov.cn");
  while (text.ends_with('/')) text.pop_back();
  settings.public_url = std::move(text);
}

/// Made beside and moved into place, so that a crash leaves no empty secret behind.
bool make_secret(const std::string& path) {
  const std::string text = random_hex(kSecretBytes) + "\n";
  const std::string temporary = path + ".new";
  const int file = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return false;
  const bool written =
      ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && ::fsync(file) == 0;
  ::close(file);
  std::error_code failed;
  if (written) std::filesystem::rename(temporary, path, failed);
  return written && !failed;
}

}  // namespace

HttpSettings read_http(const yaml::Reader& http, const SettingsTexts& texts) {
  HttpSettings settings;
  if (!http) return settings;
  read_listen(http.required("listen"), settings);
  if (const auto file = http.get("token_file")) settings.token_file = texts.path(file);
  if (const auto file = http.get("link_key_file")) settings.link_key_file = texts.path(file);
  if (const auto url = http.get("public_url")) read_public_url(url, texts.expanded(url), settings);
  if (const auto life = http.get("link_lifetime"))
    settings.link_lifetime = life.duration().value_or(settings.link_lifetime);
  http.finish();
  return settings;
}

std::string read_token(const std::string& file, std::string& token) {
  delivery::Secret secret = delivery::read_secret(file);
  token = std::move(secret.value);
  return std::move(secret.error);
}

std::string http_secret(const std::string& file, const std::string& store, const std::string& name,
                        std::string& error) {
  const std::string path = file.empty() ? store + "/" + name : file;
  if (file.empty() && !std::filesystem::exists(path) && !make_secret(path)) {
    error = "http: the secret " + path + " cannot be made; make the folder writable, or name a file";
    return {};
  }
  delivery::Secret secret = delivery::read_secret(path);
  if (!secret.error.empty()) error = "http: the secret " + secret.error;
  return std::move(secret.value);
}

}  // namespace duban::app
