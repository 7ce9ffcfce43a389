// The HTTP listener: RESTinio on the daemon's event loop, behind plain requests and responses.
//
// Everything happens on the loop's thread. Limits (api/limits.hpp) are kept here: too large a request is
// answered with 413, 414 or 431, one that is much larger, too slow, or no HTTP gets its connection closed.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "api/http.hpp"
#include "api/limits.hpp"
#include "core/time.hpp"

namespace asio {
class io_context;
}

namespace duban::api {

struct ListenOptions {
  std::string address = "127.0.0.1";  // numeric, IPv4 or IPv6
  uint16_t port = 0;                  // 0: any free one
  Duration request_time = limits::kRequestTime;
  Duration handling_time = limits::kHandlingTime;
  size_t connections = limits::kConnections;
};

class Listener {
 public:
  Listener(asio::io_context& loop, Handler handler);
  ~Listener();

  /// Empty if it listens; else why not ("Address already in use"). May be tried again.
  std::string open(const ListenOptions& options);
  /// The port it listens on; 0 before.
  uint16_t port() const;
  /// Takes no more connections; those that are open end with their limits or with the loop. A handler that
  /// answers afterwards does no harm.
  void close();

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace duban::api
