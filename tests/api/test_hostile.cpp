// Clients that are slow, large, broken or curious: each gets an error or loses its connection, and the next
// one is served.
#include <catch2/catch.hpp>

#include "api/api_server.hpp"
#include "api/http_client.hpp"

using namespace duban;
using namespace duban::test;

namespace {

void check_serves(ApiServer& server) { CHECK(get(server.port, "/healthz").status == 200); }

/// An error has all four parts.
void check_error(const Answer& answer, int status) {
  REQUIRE(answer.status == status);
  const auto error = answer.json()["error"];
  CHECK(error["status"] == status);
  for (const char* part : {"place", "value", "expected", "remedy"}) {
    INFO(part);
    CHECK(!error[part].get<std::string>().empty());
  }
}

std::string repeated(size_t n, const std::string& text) {
  std::string out;
  for (size_t i = 0; i < n; ++i) out += text;
  return out;
}

}  // namespace

TEST_CASE("a client that drips its headers loses its connection, and others are served meanwhile") {
  api::ListenOptions listen;
  listen.request_time = std::chrono::milliseconds(100);
  ApiServer server(listen);
  Connection slow(server.port);
  slow.send("GET /healthz HTTP/1.1\r\nHost: ");
  check_serves(server);
  CHECK(slow.receive().empty());  // until the server closes; "TIMEOUT" if it never does
}

TEST_CASE("connections beyond the bound wait until one ends") {
  api::ListenOptions listen;
  listen.request_time = std::chrono::milliseconds(100);
  listen.connections = 2;
  ApiServer server(listen);
  Connection first(server.port), second(server.port);
  first.send("GET /healthz HTTP/1.1\r\n");
  second.send("GET /healthz HTTP/1.1\r\n");
  check_serves(server);  // the two have lost theirs by then
}

TEST_CASE("a request that is too large is refused with the bound that it breaks") {
  ApiServer server;
  const std::string head = "Host: localhost\r\nConnection: close\r\n";
  check_error(send_raw(server.port, "GET /" + std::string(9'000, 'a') + " HTTP/1.1\r\n" + head + "\r\n"),
              414);
  check_error(
      send_raw(server.port, "GET /healthz HTTP/1.1\r\n" + head +
                                repeated(5, "X-Filler: " + std::string(4'000, 'a') + "\r\n") + "\r\n"),
      431);
  check_error(send_raw(server.port, "POST /healthz HTTP/1.1\r\n" + head + "Content-Length: 70000\r\n\r\n" +
                                        std::string(70'000, 'a')),
              413);
  check_serves(server);
}

TEST_CASE("what is far too large loses its connection before it is read") {
  ApiServer server;
  for (const std::string& request :
       {"GET /" + std::string(100'000, 'a') + " HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\nX-Filler: " + std::string(100'000, 'a') + "\r\n\r\n",
        "GET / HTTP/1.1\r\n" + repeated(2'000, "X-Filler: a\r\n") + "\r\n",
        "GET / HTTP/1.1\r\n" + std::string(100'000, 'a') + ": b\r\n\r\n",
        "POST / HTTP/1.1\r\nContent-Length: 999999999999\r\n\r\n" + std::string(1'000'000, 'a')}) {
    INFO(request.substr(0, 60));
    CHECK(send_raw(server.port, request).status == 0);
  }
  check_serves(server);
}

TEST_CASE("what is no HTTP loses its connection") {
  ApiServer server;
  for (const char* request : {"\x16\x03\x01\x02 hello", "GET\r\n\r\n", "\r\n\xFF\xFE\r\n\r\n",
                              "POST / HTTP/1.1\r\nContent-Length: -5\r\n\r\n"}) {
    INFO(request);
    CHECK(send_raw(server.port, request).status == 0);
  }
  check_serves(server);
}

TEST_CASE("a path that is no path of the API is refused, whatever it tries") {
  ApiServer server;
  for (const char* target : {"/etc/passwd", "/api/v1/nothing", "/", "/healthz/more", "//"}) {
    INFO(target);
    check_error(get(server.port, target), 404);
  }
  for (const char* target : {"/../../etc/passwd", "/api/v1/../status", "/%2e%2e/%2e%2e/etc/passwd",
                             "/a/%ff%fe", "/a/%zz", "/a/%", "/a/%00", "/a/%0d%0aX-Injected:%20a"}) {
    INFO(target);
    check_error(get(server.port, target), 400);
  }
  CHECK(get(server.port, "/a/%0d%0aX-Injected:%20a").head.find("X-Injected") == std::string::npos);
}

TEST_CASE("a method that a path does not know is refused with those it knows") {
  ApiServer server;
  for (const char* method : {"POST", "PUT", "DELETE", "OPTIONS"}) {
    INFO(method);
    Sent sent;
    sent.method = method;
    sent.target = "/healthz";
    const Answer answer = ask(server.port, sent);
    check_error(answer, 405);
    CHECK(answer.head.find("Allow: GET") != std::string::npos);
  }
}

TEST_CASE("a wish to speak another protocol is refused") {
  ApiServer server;
  check_error(
      send_raw(server.port,
               "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
               "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"),
      501);
  check_serves(server);
}

TEST_CASE("requests in a row on one connection are answered in their order") {
  ApiServer server;
  Connection connection(server.port);
  connection.send(
      "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\nGET /readyz HTTP/1.1\r\nHost: localhost\r\n\r\n");
  std::string text = connection.receive();
  if (text.find("not_ready") == std::string::npos) text += connection.receive();
  CHECK(text.find("alive") < text.find("not_ready"));
  CHECK(text.find("not_ready") != std::string::npos);
}
