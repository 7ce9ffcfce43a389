#include "delivery/bench/sink.hpp"

#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <asio/buffer.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/read_until.hpp>
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

/// Commands by their first letter; between DATA and the lone dot nothing is one.
class MailConnection : public std::enable_shared_from_this<MailConnection> {
 public:
  explicit MailConnection(tcp::socket socket) : socket_(std::move(socket)) {}

  void read() { say("220 sink\r\n"); }

 private:
  void say(std::string_view text) {
    asio::async_write(socket_, asio::buffer(text),
                      [self = shared_from_this()](asio::error_code error, size_t) {
                        if (!error) self->next();
                      });
  }
  void next() {
    asio::async_read_until(socket_, asio::dynamic_buffer(received_), mail_ ? "\r\n.\r\n" : "\r\n",
                           [self = shared_from_this()](asio::error_code error, size_t n) {
                             if (!error) self->answer(n);
                           });
  }
  void answer(size_t size) {
    const char letter = received_[0];
    received_.erase(0, size);
    if (mail_) {
      mail_ = false;
      return say("250 taken\r\n");
    }
    mail_ = letter == 'D';
    if (letter == 'Q') return;
    say(mail_ ? "354 go on\r\n" : "250 ok\r\n");
  }

  tcp::socket socket_;
  std::string received_;
  bool mail_ = false;
};

template <typename Kind>
void accept(tcp::acceptor& acceptor) {
  acceptor.async_accept([&acceptor](asio::error_code error, tcp::socket socket) {
    if (!error) {
      socket.set_option(tcp::no_delay(true));
      std::make_shared<Kind>(std::move(socket))->read();
    }
    accept<Kind>(acceptor);
  });
}

template <typename Kind>
[[noreturn]] void serve(int port_to) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  asio::io_context loop(1);
  tcp::acceptor acceptor(loop, {asio::ip::make_address("127.0.0.1"), 0});
  const unsigned short port = acceptor.local_endpoint().port();
  if (write(port_to, &port, sizeof port) != sizeof port) _exit(1);
  accept<Kind>(acceptor);
  loop.run();
  _exit(0);
}

template <typename Kind>
Sink start() {
  int ends[2];
  if (pipe(ends) != 0) std::abort();
  Sink sink;
  sink.process = fork();
  if (sink.process == 0) serve<Kind>(ends[1]);
  if (read(ends[0], &sink.port, sizeof sink.port) != sizeof sink.port) std::abort();
  close(ends[0]);
  close(ends[1]);
  return sink;
}

}  // namespace

Sink start_sink() { return start<Connection>(); }
Sink start_mail_sink() { return start<MailConnection>(); }

}  // namespace duban::bench
