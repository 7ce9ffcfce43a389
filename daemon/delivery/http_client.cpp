#include "delivery/http_client.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "core/limits.hpp"
#include "delivery/curl_loop.hpp"

namespace duban::delivery {
namespace {

struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using HeaderList = std::unique_ptr<curl_slist, FreeList>;

HeaderList list_of(const std::vector<std::string>& headers) {
  curl_slist* list = nullptr;
  for (const std::string& header : headers) list = curl_slist_append(list, header.c_str());
  return HeaderList(curl_slist_append(list, "Expect:"));  // no wait for "100 Continue"
}

/// One curl handle, used again and again, and what it works on.
struct Transfer {
  Transfer() : easy(curl_easy_init()) {}
  ~Transfer() { curl_easy_cleanup(easy); }
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  CURL* easy;
  HeaderList headers;
  std::string body;
  std::string answer;
  std::array<char, CURL_ERROR_SIZE> error{};
  std::function<void(HttpAnswer)> done;
};

/// Reads the beginning and then breaks off: a status is enough to go on with, and 10 MB are not waited for.
size_t read_answer(char* bytes, size_t size, size_t count, void* transfer) {
  std::string& answer = static_cast<Transfer*>(transfer)->answer;
  const size_t room = limits::kAnswerBytes - answer.size();
  answer.append(bytes, std::min(room, size * count));
  return size * count <= room ? size * count : 0;
}

/// Name resolution, connection or TLS failed: nothing was sent.
bool never_got_through(CURL* easy, CURLcode result) {
  switch (result) {
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
      return true;
    case CURLE_OPERATION_TIMEDOUT: {
      curl_off_t sent_after = 0;  // microseconds until the request could be sent; 0: it never could
      curl_easy_getinfo(easy, CURLINFO_PRETRANSFER_TIME_T, &sent_after);
      return sent_after == 0;
    }
    default:
      return false;
  }
}

/// A header's value as a number of seconds; 0 if it is not there.
curl_off_t seconds_in(CURL* easy, const char* name) {
  curl_header* header = nullptr;
  if (curl_easy_header(easy, name, 0, CURLH_HEADER, -1, &header) != CURLHE_OK) return 0;
  curl_off_t seconds = 0;
  const std::string_view value = header->value;
  std::from_chars(value.data(), value.data() + value.size(), seconds);
  return seconds;
}

HttpAnswer answer_of(Transfer& transfer, CURLcode result) {
  HttpAnswer answer;
  long status = 0;
  curl_easy_getinfo(transfer.easy, CURLINFO_RESPONSE_CODE, &status);
  const bool cut = result == CURLE_WRITE_ERROR && transfer.answer.size() >= limits::kAnswerBytes;
  if (result != CURLE_OK && !cut) {
    answer.error = transfer.error[0] != '\0' ? transfer.error.data() : curl_easy_strerror(result);
    answer.unreachable = never_got_through(transfer.easy, result);
    return answer;
  }
  answer.status = static_cast<int>(status);
  answer.body = std::move(transfer.answer);
  curl_off_t seconds = 0;
  curl_easy_getinfo(transfer.easy, CURLINFO_RETRY_AFTER, &seconds);
  if (seconds == 0) seconds = seconds_in(transfer.easy, "x-ogw-ratelimit-reset");
  const curl_off_t longest = std::chrono::seconds(limits::kLongestPause).count();
  answer.retry_after = std::chrono::seconds(std::clamp<curl_off_t>(seconds, 0, longest));
  return answer;
}

}  // namespace

struct HttpClient::Impl {
  Impl(asio::io_context& loop, HttpOptions o) : options(std::move(o)) {
    curl = CurlLoop::make(loop, static_cast<long>(options.connections),
                          [this](void* easy, int result) { finish(easy, static_cast<CURLcode>(result)); });
  }
  ~Impl() {
    curl->shut();
    for (const auto& [easy, transfer] : under_way) curl->remove(easy);
  }

  void prepare(Transfer& transfer) const;
  void finish(CURL* easy, CURLcode result);
  std::unique_ptr<Transfer> take(CURL* easy);

  HttpOptions options;
  std::unordered_map<CURL*, std::unique_ptr<Transfer>> under_way;
  std::vector<std::unique_ptr<Transfer>> idle;
  std::shared_ptr<CurlLoop> curl;  // last: cleaned up before the handles that it knows
};

HttpClient::HttpClient(asio::io_context& loop, HttpOptions options)
    : impl_(std::make_shared<Impl>(loop, std::move(options))) {}

HttpClient::~HttpClient() = default;

size_t HttpClient::under_way() const { return impl_->under_way.size(); }

// What is the same for every request of this client.
void HttpClient::Impl::prepare(Transfer& transfer) const {
  CURL* const easy = transfer.easy;
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options.connect_timeout.count()));
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(options.timeout.count()));
  curl_easy_setopt(easy, CURLOPT_PROXY, options.proxy.c_str());  // empty: none, whatever the environment says
  if (!options.ca_file.empty()) {
    curl_easy_setopt(easy, CURLOPT_CAINFO, options.ca_file.c_str());
    curl_easy_setopt(easy, CURLOPT_CAPATH, nullptr);
  }
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer.error.data());
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &read_answer);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &transfer);
}

void HttpClient::send(HttpRequest request, std::function<void(HttpAnswer)> done) {
  Impl& impl = *impl_;
  std::unique_ptr<Transfer> transfer;
  if (impl.idle.empty()) {
    transfer = std::make_unique<Transfer>();
    impl.prepare(*transfer);
  } else {
    transfer = std::move(impl.idle.back());
    impl.idle.pop_back();
  }
  transfer->error[0] = '\0';
  transfer->answer.clear();
  transfer->body = std::move(request.body);
  transfer->headers = list_of(request.headers);
  transfer->done = std::move(done);
  CURL* const easy = transfer->easy;
  if (request.get) {
    curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
  } else {
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, transfer->body.data());
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(transfer->body.size()));
  }
  const std::string& url = request.url.empty() ? impl.options.url : request.url;
  curl_easy_setopt(easy, CURLOPT_URL, url.c_str());
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, transfer->headers.get());
  impl.under_way.emplace(easy, std::move(transfer));
  impl.curl->add(easy);
}

std::unique_ptr<Transfer> HttpClient::Impl::take(CURL* easy) {
  auto node = under_way.extract(easy);
  return node.empty() ? nullptr : std::move(node.mapped());
}

void HttpClient::Impl::finish(CURL* easy, CURLcode result) {
  std::unique_ptr<Transfer> transfer = take(easy);
  if (!transfer) return;
  HttpAnswer answer = answer_of(*transfer, result);
  const std::function<void(HttpAnswer)> done = std::exchange(transfer->done, nullptr);
  idle.push_back(std::move(transfer));
  done(std::move(answer));  // may destroy the client
}

void HttpClient::give_up(const std::string& error) {
  const std::shared_ptr<Impl> impl = impl_;
  std::vector<std::function<void(HttpAnswer)>> given_up;
  for (auto& [easy, transfer] : std::exchange(impl->under_way, {})) {
    impl->curl->remove(easy);
    given_up.push_back(std::move(transfer->done));
  }
  for (const auto& done : given_up) {
    HttpAnswer answer;
    answer.error = error;
    done(std::move(answer));
  }
}

}  // namespace duban::delivery
