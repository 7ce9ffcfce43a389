#include "api/listener.hpp"

#include <asio.hpp>

#include <restinio/http_server.hpp>
#include <restinio/request_handler.hpp>
#include <restinio/traits.hpp>

#include "api/error.hpp"
#include "api/limits.hpp"

namespace duban::api {
namespace {

struct Traits : restinio::default_single_thread_traits_t {
  static constexpr bool use_connection_count_limiter = true;
  using logger_t = restinio::null_logger_t;
};
using Server = restinio::http_server_t<Traits>;
using RequestHandle = restinio::request_handle_t;

const char* reason_of(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 303:
      return "See Other";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 413:
      return "Payload Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 503:
      return "Service Unavailable";
    default:
      return "Status";
  }
}

void send(const RequestHandle& request, Response response) {
  auto answer = request->create_response(restinio::http_status_line_t{
      restinio::http_status_code_t{static_cast<std::uint16_t>(response.status)}, reason_of(response.status)});
  answer.append_header(restinio::http_field::content_type, std::move(response.content_type));
  answer.append_header(restinio::http_field::cache_control, "no-store");
  answer.append_header("X-Content-Type-Options", "nosniff");
  for (auto& [name, value] : response.headers) answer.append_header(name, std::move(value));
  if (response.close) answer.connection_close();
  answer.set_body(std::move(response.body));
  answer.done();
}

/// What is too large to be handled, though it was read.
std::optional<Fault> too_large(const restinio::request_t& request) {
  const auto& header = request.header();
  if (header.request_target().size() > limits::kTargetBytes)
    return Fault{414, "request target", header.request_target().substr(0, 100),
                 "at most " + std::to_string(limits::kTargetBytes) + " bytes",
                 "shorten the path or the filter"};
  size_t fields = 0;
  header.for_each_field(
      [&fields](const auto& field) { fields += field.name().size() + field.value().size(); });
  if (fields > limits::kHeaderBytes)
    return Fault{431, "request headers", std::to_string(fields) + " bytes",
                 "at most " + std::to_string(limits::kHeaderBytes) + " bytes",
                 "send fewer or shorter headers"};
  if (request.body().size() > limits::kBodyBytes)
    return Fault{413, "request body", std::to_string(request.body().size()) + " bytes",
                 "at most " + std::to_string(limits::kBodyBytes) + " bytes", "send a shorter body"};
  return std::nullopt;
}

std::string field_of(const restinio::http_request_header_t& header, restinio::http_field_t name) {
  const auto value = header.opt_value_of(name);
  return value ? std::string(value->data(), value->size()) : std::string();
}

Request plain(const restinio::request_t& request) {
  const auto& header = request.header();
  Request out;
  out.method = header.method().c_str();
  out.path = std::string(header.path().data(), header.path().size());
  out.query = std::string(header.query().data(), header.query().size());
  out.body = request.body();
  out.authorization = field_of(header, restinio::http_field::authorization);
  out.content_type = field_of(header, restinio::http_field::content_type);
  const auto forwarded = header.opt_value_of("X-Forwarded-For");
  if (forwarded) out.forwarded_for.assign(forwarded->data(), forwarded->size());
  out.remote = request.remote_endpoint().address().to_string();
  return out;
}

/// A request that waits for its answer. Its connection counts itself down in the server when it goes.
struct Waiting {
  std::shared_ptr<Server> server;
  RequestHandle request;  // after it: the first to go
};

}  // namespace

struct Listener::Impl : std::enable_shared_from_this<Listener::Impl> {
  Impl(asio::io_context& loop_in, Handler handler_in) : loop(loop_in), handler(std::move(handler_in)) {}

  restinio::request_handling_status_t handle(const RequestHandle& request) {
    const bool upgrade = request->header().connection() == restinio::http_connection_header_t::upgrade;
    std::optional<Fault> fault = too_large(*request);
    if (!fault && upgrade)
      fault = Fault{501, "header Connection", "Upgrade", "a plain HTTP/1.1 request", "leave the header out"};
    if (fault) {
      Response response = error_response(*fault);
      response.close = true;
      send(request, std::move(response));
    } else {
      const auto waiting = std::make_shared<const Waiting>(Waiting{server, request});
      handler(plain(*request), [waiting](Response response) { send(waiting->request, std::move(response)); });
    }
    return restinio::request_accepted();
  }

  void configure(restinio::server_settings_t<Traits>& settings, const ListenOptions& options) {
    settings.address(asio::ip::make_address(options.address))
        .port(options.port)
        .request_handler([weak = weak_from_this()](const RequestHandle& request) {
          // A connection that was kept alive may outlive the listener.
          const auto self = weak.lock();
          return self && self->server ? self->handle(request) : restinio::request_rejected();
        })
        .acceptor_post_bind_hook(
            [this](asio::ip::tcp::acceptor& acceptor) { bound = acceptor.local_endpoint().port(); })
        .read_next_http_message_timelimit(options.request_time)
        .write_http_response_timelimit(limits::kResponseTime)
        .handle_request_timeout(options.handling_time)
        .max_parallel_connections(options.connections)
        .incoming_http_msg_limits(restinio::incoming_http_msg_limits_t{}
                                      .max_url_size(limits::kTargetBytesRead)
                                      .max_field_name_size(limits::kFieldNameBytes)
                                      .max_field_value_size(limits::kFieldBytesRead)
                                      .max_field_count(limits::kFields)
                                      .max_body_size(limits::kBodyBytesRead));
  }

  asio::io_context& loop;
  Handler handler;
  std::shared_ptr<Server> server;
  uint16_t bound = 0;
};

Listener::Listener(asio::io_context& loop, Handler handler)
    : impl_(std::make_shared<Impl>(loop, std::move(handler))) {}
Listener::~Listener() { close(); }

std::string Listener::open(const ListenOptions& options) {
  try {
    impl_->server = std::make_shared<Server>(restinio::external_io_context(impl_->loop),
                                             [this, &options](restinio::server_settings_t<Traits>& settings) {
                                               impl_->configure(settings, options);
                                             });
    impl_->server->open_sync();
    return {};
  } catch (const std::exception& error) {
    impl_->server.reset();
    return error.what();
  }
}

uint16_t Listener::port() const { return impl_->bound; }

void Listener::close() {
  if (!impl_->server) return;
  impl_->server->close_sync();
  impl_->server.reset();
  impl_->bound = 0;
}

}  // namespace duban::api
