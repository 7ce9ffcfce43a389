#include "app/api_client.hpp"

#include <curl/curl.h>
#include <fmt/format.h>

#include <memory>

#include "app/http_settings.hpp"

namespace duban::app {
namespace {

constexpr long kConnectSeconds = 5;
constexpr long kSeconds = 40;
/// More than any page of the API.
constexpr size_t kAnswerBytes = 64 << 20;

size_t take(const char* data, size_t size, size_t count, void* to) {
  std::string& text = *static_cast<std::string*>(to);
  if (text.size() + size * count > kAnswerBytes) return 0;
  text.append(data, size * count);
  return size * count;
}

struct Transfer {
  std::string text;
  long status = 0;
  std::string failure;  // of the connection
};

Transfer transfer(const char* method, const std::string& url, const std::string& token,
                  const std::optional<std::string>& body) {
  Transfer done;
  const std::unique_ptr<CURL, void (*)(CURL*)> curl(curl_easy_init(), curl_easy_cleanup);
  std::unique_ptr<curl_slist, void (*)(curl_slist*)> headers(
      curl_slist_append(nullptr, ("Authorization: Bearer " + token).c_str()), curl_slist_free_all);
  if (!curl || !headers) return {{}, 0, "out of memory"};
  if (body) headers.reset(curl_slist_append(headers.release(), "Content-Type: application/json"));
  curl_easy_setopt(curl.get(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(curl.get(), CURLOPT_NOPROXY, "*");
  curl_easy_setopt(curl.get(), CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl.get(), CURLOPT_CONNECTTIMEOUT, kConnectSeconds);
  curl_easy_setopt(curl.get(), CURLOPT_TIMEOUT, kSeconds);
  curl_easy_setopt(curl.get(), CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, take);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEDATA, &done.text);
  curl_easy_setopt(curl.get(), CURLOPT_CUSTOMREQUEST, method);
  if (body) {
    curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDSIZE, static_cast<long>(body->size()));
    curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDS, body->c_str());
  }
  const CURLcode result = curl_easy_perform(curl.get());
  if (result != CURLE_OK) done.failure = curl_easy_strerror(result);
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &done.status);
  return done;
}

/// The four parts of an error, on one line.
std::string error_text(const ApiAnswer& answer) {
  const auto error = answer.body.is_object() ? answer.body.value("error", nlohmann::ordered_json())
                                             : nlohmann::ordered_json();
  if (!error.is_object()) return fmt::format("the daemon answers with HTTP {}", answer.status);
  return fmt::format("{}: '{}'; expected {}; {}", error.value("place", ""), error.value("value", ""),
                     error.value("expected", ""), error.value("remedy", ""));
}

}  // namespace

ApiClient::ApiClient(const Settings& settings, const std::string& url) : url_(url) {
  const HttpSettings& http = settings.http;
  if (url_.empty() && (http.address.empty() || http.port == 0)) {
    error_ = settings.file + ": http.listen names no address and port to ask; add it, or give --url";
    return;
  }
  const bool v6 = http.address.find(':') != std::string::npos;
  const bool any = http.address == "0.0.0.0" || http.address == "::";
  const std::string host = any ? "127.0.0.1" : v6 ? "[" + http.address + "]" : http.address;
  if (url_.empty()) url_ = fmt::format("http://{}:{}", host, http.port);
  while (url_.ends_with('/')) url_.pop_back();
  const std::string file =
      http.token_file.empty() ? settings.store_directory + "/api-token" : http.token_file;
  const std::string unreadable = read_token(file, token_);
  if (!unreadable.empty())
    error_ = "the API's token " + unreadable + "; start the daemon once, and ask as a user who may read it";
}

ApiAnswer ApiClient::post(const std::string& target, const nlohmann::ordered_json& body) const {
  return ask("POST", target, body.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
}

ApiAnswer ApiClient::ask(const char* method, const std::string& target,
                         const std::optional<std::string>& body) const {
  ApiAnswer answer;
  Transfer done = transfer(method, url_ + target, token_, body);
  if (!done.failure.empty()) {
    answer.error =
        fmt::format("{}: {}; is the daemon running, with http.listen in its settings?", url_, done.failure);
    return answer;
  }
  answer.status = static_cast<int>(done.status);
  answer.body = nlohmann::ordered_json::parse(done.text, nullptr, false);
  if (answer.status >= 400)
    answer.error = error_text(answer);
  else if (answer.body.is_discarded())
    answer.error = url_ + ": what answers there is not a daemon of duban";
  return answer;
}

}  // namespace duban::app
