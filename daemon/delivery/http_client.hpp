// HTTP requests on the event loop: libcurl's multi_socket interface, woken by Asio.
//
// Connections are kept and reused; redirects are not followed; certificates are checked; an answer is read up
// to limits::kAnswerBytes. It queues nothing: as many requests run as are sent (measured.md 3a). On the
// loop's thread.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/time.hpp"

namespace asio {
class io_context;
}

namespace duban::delivery {

struct HttpOptions {
  std::string url;
  Duration connect_timeout = std::chrono::seconds(5);
  Duration timeout = std::chrono::seconds(30);
  std::string ca_file;      // empty: the system's
  std::string proxy;        // empty: none
  size_t connections = 64;  // kept open at most
};

struct HttpRequest {
  std::string url;                   // empty: the client's
  std::vector<std::string> headers;  // "Name: value", without line ends
  std::string body;
  bool get = false;  // else a POST of the body
};

struct HttpAnswer {
  /// Why there is no answer; empty if there is one.
  std::string error;
  /// Of an error: no request got through to the receiver (name, connection, TLS), so none would.
  bool unreachable = false;
  int status = 0;
  std::string body;
  Duration retry_after{0};
};

class HttpClient {
 public:
  HttpClient(asio::io_context& loop, HttpOptions options);
  /// What is under way is given up without a call of `done`.
  ~HttpClient();

  /// `done` is called once, never within send().
  void send(HttpRequest request, std::function<void(HttpAnswer)> done);
  /// Ends what is under way with this as its error, by calls of `done` from here.
  void give_up(const std::string& error);
  size_t under_way() const;

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace duban::delivery
