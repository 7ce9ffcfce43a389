// The server's inside: one object, its parts in files of their own.
//
//   server.cpp  routes: who may ask for what, and which function answers
//   health.cpp  /healthz, /readyz, /metrics, /api/v1/status
//   alerts.cpp, items.cpp, dead_letters.cpp  lists
//   silences.cpp  what people are not told for a while
//   acknowledge.cpp  acknowledgements, and the links that ask for them
#pragma once

#include <asio/steady_timer.hpp>

#include "api/error.hpp"
#include "api/reader.hpp"
#include "api/server.hpp"
#include "core/signed_token.hpp"

namespace duban::api {

/// A request with its path's parts decoded.
struct Call {
  Request request;
  std::vector<std::string> path;  // "/api/v1/alerts/5f-1" → api, v1, alerts, 5f-1
  Respond respond;
};

struct Server::Impl : std::enable_shared_from_this<Server::Impl> {
  Impl(asio::io_context& loop, const Clock& clock_in, Backend& backend_in, ServerOptions options_in);

  // ---- server.cpp
  void listen();
  void handle(Request request, Respond respond);
  bool authorised(const Request& request) const;
  /// Reads the ledgers with the active configuration.
  void read(Reader::Work work, Respond respond);
  Zone zone() const;

  // ---- health.cpp
  void healthz(Call call);
  void readyz(Call call);
  void metrics(Call call);
  void status(Call call);

  // ---- alerts.cpp, items.cpp, dead_letters.cpp
  void alerts(Call call);
  void alert(Call call);
  void items(Call call);
  void dead_letters(Call call);

  // ---- silences.cpp
  void silences(Call call);
  void add_silence(Call call);
  void end_silence(Call call);

  // ---- acknowledge.cpp
  void acknowledge(Call call);
  void show_link(Call call);
  void confirm_link(Call call);
  std::optional<AcknowledgementLink> open_link(const Call& call);

  const Clock& clock;
  Backend& backend;
  ServerOptions options;
  Reader reader;
  Listener listener;
  asio::steady_timer again;
  bool refused_before = false;  // the listening, said in the log
  bool stopping = false;
};

}  // namespace duban::api
