// The daemon's HTTP interface (docs/api.md): health, metrics, what there is, and acknowledgements.
//
// Lives on the event loop; nothing in it waits. /healthz, /readyz, /metrics and signed links are for everyone
// who can reach the port; all else wants the bearer token.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "api/backend.hpp"
#include "api/listener.hpp"
#include "core/clock.hpp"

namespace duban::api {

struct ServerOptions {
  ListenOptions listen;
  std::string token;                 // what a bearer must show; never empty
  std::string link_key;              // signs and opens links; never empty
  std::vector<std::string> ledgers;  // one file per shard, in order
};

class Server {
 public:
  /// Loop, clock and backend outlive it.
  Server(asio::io_context& loop, const Clock& clock, Backend& backend, ServerOptions options);
  ~Server();

  /// Listens, or says in the log why it cannot and tries again every few seconds: the daemon's work does not
  /// depend on it.
  void start();
  /// The port it listens on; 0 while it does not.
  uint16_t port() const;
  /// A reload: these from now on.
  void replace_secrets(std::string token, std::string link_key);
  void stop();

  struct Impl;

 private:
  std::shared_ptr<Impl> impl_;
};

}  // namespace duban::api
