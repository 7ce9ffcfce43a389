#include "api/server.hpp"

#include <asio/io_context.hpp>

#include "api/query.hpp"
#include "api/server_impl.hpp"
#include "core/digest.hpp"
#include "core/log.hpp"

namespace duban::api {
namespace {

constexpr std::chrono::seconds kListenAgain{5};

enum class Access { everyone, bearer };

struct Route {
  const char* method;
  std::vector<std::string> path;  // "*" stands for any one part
  Access access;
  void (Server::Impl::*answer)(Call);
};

bool matches(const Route& route, const std::vector<std::string>& path) {
  return std::equal(
      route.path.begin(), route.path.end(), path.begin(), path.end(),
      [](const std::string& wanted, const std::string& part) { return wanted == "*" || wanted == part; });
}

const std::vector<Route>& routes() {
  using Impl = Server::Impl;
  static const std::vector<Route> all{
      {"GET", {"healthz"}, Access::everyone, &Impl::healthz},
      {"GET", {"readyz"}, Access::everyone, &Impl::readyz},
      {"GET", {"metrics"}, Access::everyone, &Impl::metrics},
      {"GET", {"api", "v1", "status"}, Access::bearer, &Impl::status},
      {"GET", {"api", "v1", "alerts"}, Access::bearer, &Impl::alerts},
      {"GET", {"api", "v1", "alerts", "*"}, Access::bearer, &Impl::alert},
      {"POST", {"api", "v1", "alerts", "*", "acknowledgement"}, Access::bearer, &Impl::acknowledge},
      {"GET", {"api", "v1", "items"}, Access::bearer, &Impl::items},
      {"GET", {"api", "v1", "dead-letters"}, Access::bearer, &Impl::dead_letters},
      {"GET", {"api", "v1", "silences"}, Access::bearer, &Impl::silences},
      {"POST", {"api", "v1", "silences"}, Access::bearer, &Impl::add_silence},
      {"DELETE", {"api", "v1", "silences", "*"}, Access::bearer, &Impl::end_silence},
      {"GET", {"a", "*"}, Access::everyone, &Impl::show_link},
      {"POST", {"a", "*"}, Access::everyone, &Impl::confirm_link},
  };
  return all;
}

Response not_found(const Request& request) {
  return error_response({404, "path", request.path, "a path of docs/api.md", "look it up there"});
}

Response wrong_method(const Request& request, const std::string& allowed) {
  Response response = error_response(
      {405, "method of " + request.path, request.method, allowed, "ask again with one of these"});
  response.headers.emplace_back("Allow", allowed);
  return response;
}

Response unauthorised(const Request& request) {
  const bool none = request.authorization.empty();
  Response response = error_response(
      {401, "header Authorization", none ? "none" : "another token", "Bearer and the daemon's token",
       "read it from the file that http.token_file names, by default api-token in "
       "store.directory"});
  response.headers.emplace_back("WWW-Authenticate", "Bearer realm=\"duban\"");
  return response;
}

}  // namespace

Server::Impl::Impl(asio::io_context& loop, const Clock& clock_in, Backend& backend_in,
                   ServerOptions options_in)
    : clock(clock_in),
      backend(backend_in),
      options(std::move(options_in)),
      reader(loop, options.ledgers),
      listener(loop,
               [this](Request request, Respond respond) { handle(std::move(request), std::move(respond)); }),
      again(loop) {}

void Server::Impl::listen() {
  const ListenOptions& where = options.listen;
  const std::string error = listener.open(where);
  if (error.empty()) {
    log::info("http: listening on {}:{}", where.address, listener.port());
    return;
  }
  if (!std::exchange(refused_before, true))
    log::error(
        "http: cannot listen on {}:{}: {}; alerts go out all the same, and it is tried again every {} s",
        where.address, where.port, error, kListenAgain.count());
  again.expires_after(kListenAgain);
  again.async_wait([self = weak_from_this()](asio::error_code cancelled) {
    const auto server = self.lock();
    if (!cancelled && server && !server->stopping) server->listen();
  });
}

bool Server::Impl::authorised(const Request& request) const {
  constexpr std::string_view kBearer = "Bearer ";
  return !options.token.empty() && request.authorization.starts_with(kBearer) &&
         equal_in_constant_time(std::string_view(request.authorization).substr(kBearer.size()),
                                options.token);
}

void Server::Impl::handle(Request request, Respond respond) {
  const auto path = path_parts(request.path);
  if (!path)
    return respond(error_response({400, "path", request.path, "percent-encoded UTF-8, no '.' or '..'",
                                   "write the path as docs/api.md has it"}));
  std::string allowed;
  for (const Route& route : routes()) {
    if (!matches(route, *path)) continue;
    if (request.method != route.method) {
      allowed += (allowed.empty() ? "" : ", ") + std::string(route.method);
      continue;
    }
    if (route.access == Access::bearer && !authorised(request)) return respond(unauthorised(request));
    return (this->*route.answer)({std::move(request), *path, std::move(respond)});
  }
  respond(allowed.empty() ? not_found(request) : wrong_method(request, allowed));
}

void Server::Impl::read(Reader::Work work, Respond respond) {
  reader.read(backend.configuration(), std::move(work), std::move(respond));
}

Zone Server::Impl::zone() const {
  const auto configuration = backend.configuration();
  return configuration ? configuration->zone : Zone::shanghai();
}

Server::Server(asio::io_context& loop, const Clock& clock, Backend& backend, ServerOptions options)
    : impl_(std::make_shared<Impl>(loop, clock, backend, std::move(options))) {}
Server::~Server() { stop(); }

void Server::start() { impl_->listen(); }
uint16_t Server::port() const { return impl_->listener.port(); }

void Server::replace_secrets(std::string token, std::string link_key) {
  impl_->options.token = std::move(token);
  impl_->options.link_key = std::move(link_key);
}

void Server::stop() {
  impl_->stopping = true;
  impl_->again.cancel();
  impl_->listener.close();
}

}  // namespace duban::api
