// A client that sends exactly the bytes a test wants, over a blocking socket.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cstdint>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <string_view>

namespace duban::test {

class Connection {
 public:
  explicit Connection(uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const timeval limit{60, 0};  // a server that never answers fails the test instead of hanging it
    setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0)
      throw std::runtime_error("connect");
  }
  ~Connection() { ::close(socket_); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// False if the other side has closed.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<size_t>(sent));
    }
    return true;
  }
  /// One response, or what came until the other side closed; "TIMEOUT" if nothing came for a minute.
  std::string receive() {
    std::string text;
    for (char buffer[4096]; !complete(text);) {
      const ssize_t got = ::recv(socket_, buffer, sizeof buffer, 0);
      if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return "TIMEOUT";
      if (got <= 0) break;
      text.append(buffer, static_cast<size_t>(got));
    }
    return text;
  }

 private:
  static bool complete(const std::string& text) {
    const size_t end = text.find("\r\n\r\n");
    const size_t length = text.find("Content-Length: ");
    if (end == std::string::npos || length == std::string::npos || length > end) return false;
    return text.size() >= end + 4 + std::stoul(text.substr(length + 16));
  }

  int socket_;
};

struct Answer {
  int status = 0;  // 0: the connection was closed without an answer
  std::string head;
  std::string body;
  nlohmann::json json() const { return nlohmann::json::parse(body); }
};

inline Answer answer_of(const std::string& text) {
  const size_t end = text.find("\r\n\r\n");
  if (!text.starts_with("HTTP/1.1 ") || end == std::string::npos) return {};
  return {std::stoi(text.substr(9, 3)), text.substr(0, end), text.substr(end + 4)};
}

inline Answer send_raw(uint16_t port, std::string_view bytes) {
  Connection connection(port);
  connection.send(bytes);
  return answer_of(connection.receive());
}

struct Sent {
  std::string method = "GET";
  std::string target;
  std::string token{};
  std::string body{};
  std::string type = "application/json";
  std::string more{};  // further header lines
};

inline Answer ask(uint16_t port, const Sent& sent) {
  std::string text =
      sent.method + " " + sent.target + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + sent.more;
  if (!sent.token.empty()) text += "Authorization: Bearer " + sent.token + "\r\n";
  if (sent.method == "POST")
    text += "Content-Type: " + sent.type + "\r\nContent-Length: " + std::to_string(sent.body.size()) + "\r\n";
  return send_raw(port, text + "\r\n" + sent.body);
}

inline Answer get(uint16_t port, const std::string& target, const std::string& token = {}) {
  Sent sent;
  sent.target = target;
  sent.token = token;
  return ask(port, sent);
}

}  // namespace duban::test
