#include "delivery/bench/sink.hpp"

#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <asio/buffer.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/write.hpp>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

namespace duban::bench {
namespace {

using asio::ip::tcp;

constexpr std::string_view kAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n{\"ok\":true}";

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  explicit Connection(tcp::socket socket) : socket_(std::move(socket)) {}

  void read() {
    socket_.async_read_some(asio::buffer(chunk_),
                            [self = shared_from_this()](asio::error_code error, size_t n) {
                              if (error) return;
                              self->received_.append(self->chunk_, n);
                              self->answer();
                            });
  }

 private:
  void answer() {
    const size_t head = received_.find("\r\n\r\n");
    if (head == std::string::npos) return read();
    const size_t length = received_.find("Content-Length: ");
    const size_t body = std::strtoul(received_.c_str() + length + 16, nullptr, 10);
    if (received_.size() < head + 4 + body) return read();
    received_.erase(0, head + 4 + body);
    asio::async_write(socket_, asio::buffer(kAnswer),
                      [self = shared_from_this()](asio::error_code error, size_t) {
                        if (!error) self->answer();
                      });
  }

  tcp::socket socket_;
  char chunk_[16 * 1024];
  std::string received_;
};

void accept(tcp::acceptor& acceptor) {
  acceptor.async_accept([&acceptor](asio::error_code error, tcp::socket socket) {
    if (!error) {
      socket.set_option(tcp::no_delay(true));
      std::make_shared<Connection>(std::move(socket))->read();
    }
    accept(acceptor);
  });
}

[[noreturn]] void serve(int port_to) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  asio::io_context loop(1);
  tcp::acceptor acceptor(loop, {asio::ip::make_address("127.0.0.1"), 0});
  const unsigned short port = acceptor.local_endpoint().port();
  if (write(port_to, &port, sizeof port) != sizeof port) _exit(1);
  accept(acceptor);
  loop.run();
  _exit(0);
}

}  // namespace

Sink start_sink() {
  int ends[2];
  if (pipe(ends) != 0) std::abort();
  Sink sink;
  sink.process = fork();
  if (sink.process == 0) serve(ends[1]);
  if (read(ends[0], &sink.port, sizeof sink.port) != sizeof sink.port) std::abort();
  close(ends[0]);
  close(ends[1]);
  return sink;
}

}  // namespace duban::bench
