// tests/support/webhook_receiver.py, or a receiver of another service in its manner, as a process of the
// test. DUBAN_SOURCE_DIR must be defined.
#pragma once

#include <asio/connect.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/read.hpp>
#include <asio/write.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "support/child_process.hpp"

namespace duban::test {

class WebhookReceiver {
 public:
  explicit WebhookReceiver(const std::vector<std::string>& options = {},
                           const std::string& script = "webhook_receiver.py")
      : process_(command(script, options)) {
    const std::string line = process_.line();
    if (!line.starts_with("PORT ")) throw std::runtime_error(script + " did not start");
    port_ = static_cast<unsigned short>(std::stoi(line.substr(5)));
  }

  unsigned short port() const { return port_; }
  std::string url(const std::string& path = "/hook", const std::string& scheme = "http") const {
    return scheme + "://127.0.0.1:" + std::to_string(port_) + path;
  }
  /// This request alone behaves so: "500", "429:2", "hang" …
  std::string behaving(const std::string& behaviour) const { return url("/b/" + behaviour); }
  nlohmann::json counts() const { return nlohmann::json::parse(request("GET", "/_counts", "")); }
  /// What it took, if it keeps that: the receivers of chat services, gateways and mail do.
  nlohmann::json messages() const { return nlohmann::json::parse(request("GET", "/_messages", "")); }
  std::string get(const std::string& path) const { return request("GET", path, ""); }
  void control(const std::string& path) const { request("POST", path, ""); }
  void behave(const std::string& script) const { request("POST", "/_behave", script); }
  void kill() { process_.kill(); }

 private:
  static std::vector<std::string> command(const std::string& script,
                                          const std::vector<std::string>& options) {
    std::vector<std::string> all{"python3", DUBAN_SOURCE_DIR "/tests/support/" + script, "--tied"};
    all.insert(all.end(), options.begin(), options.end());
    return all;
  }
  std::string request(const std::string& method, const std::string& path, const std::string& body) const {
    asio::io_context loop;
    asio::ip::tcp::socket socket(loop);
    socket.connect({asio::ip::make_address("127.0.0.1"), port_});
    const std::string text = method + " " + path +
                             " HTTP/1.1\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
                             body;
    asio::write(socket, asio::buffer(text));
    socket.shutdown(asio::ip::tcp::socket::shutdown_send);
    std::string answer;
    asio::error_code end;
    asio::read(socket, asio::dynamic_buffer(answer), end);
    return answer.substr(answer.find("\r\n\r\n") + 4);
  }

  ChildProcess process_;
  unsigned short port_ = 0;
};

}  // namespace duban::test
