// What one request may be and what one answer may cost: at each bound it is served, past it refused.
#include <catch2/catch.hpp>

#include "api/api_server.hpp"
#include "api/body.hpp"
#include "api/http_client.hpp"
#include "api/limits.hpp"
#include "api/listener.hpp"
#include "api/page.hpp"
#include "api/reader.hpp"
#include "support/loop_until.hpp"

using namespace duban;
using namespace duban::test;

namespace {

const std::string kHead = "Host: localhost\r\nConnection: close\r\n";

std::optional<api::Fault> fault_of(const std::string& query) {
  auto read = api::read_page(query, {}, nullptr);
  if (auto* fault = std::get_if<api::Fault>(&read)) return std::move(*fault);
  return std::nullopt;
}

}  // namespace

TEST_CASE("path and query may be as long as the bound says") {
  ApiServer server;
  const auto status = [&server](size_t bytes) {
    return send_raw(server.port, "GET /" + std::string(bytes - 1, 'a') + " HTTP/1.1\r\n" + kHead + "\r\n")
        .status;
  };
  CHECK(status(api::limits::kTargetBytes) == 404);
  CHECK(status(api::limits::kTargetBytes + 1) == 414);
}

TEST_CASE("a body may be as large as the bound says") {
  ApiServer server;
  const auto status = [&server](size_t bytes) {
    return send_raw(server.port, "POST /healthz HTTP/1.1\r\n" + kHead + "Content-Length: " +
                                     std::to_string(bytes) + "\r\n\r\n" + std::string(bytes, 'a'))
        .status;
  };
  CHECK(status(api::limits::kBodyBytes) == 405);
  CHECK(status(api::limits::kBodyBytes + 1) == 413);
}

TEST_CASE("all header fields together may be as large as the bound says") {
  ApiServer server;
  const auto status = [&server](size_t bytes) {
    return send_raw(server.port,
                    "GET /healthz HTTP/1.1\r\n" + kHead + "X-Filler: " + std::string(bytes, 'a') + "\r\n\r\n")
        .status;
  };
  CHECK(status(api::limits::kHeaderBytes - 200) == 200);
  CHECK(status(api::limits::kHeaderBytes) != 200);
}

TEST_CASE("a request may have as many header fields as the bound says") {
  ApiServer server;
  const auto status = [&server](size_t fields) {
    std::string more;
    for (size_t i = 0; i < fields; ++i) more += "X-F" + std::to_string(i) + ": a\r\n";
    return send_raw(server.port, "GET /healthz HTTP/1.1\r\n" + kHead + more + "\r\n").status;
  };
  CHECK(status(api::limits::kFields - 2) == 200);
  CHECK(status(api::limits::kFields + 1) == 0);
}

TEST_CASE("a page may have as many entries as the bound says") {
  CHECK_FALSE(fault_of("limit=" + std::to_string(api::limits::kMostPageEntries)));
  const auto fault = fault_of("limit=" + std::to_string(api::limits::kMostPageEntries + 1));
  REQUIRE(fault);
  CHECK(fault->expected == "a number from 1 to 1000");
  CHECK(fault->remedy == "leave it out for " + std::to_string(api::limits::kPageEntries));
}

TEST_CASE("a member of a body may be as long as its bound says") {
  const auto read = [](size_t bytes) {
    api::Request request;
    request.content_type = "application/json";
    request.body = R"({"by":")" + std::string(bytes, 'x') + "\"}";
    return api::read_members(request,
                             {{"by", "who confirms", "T-1/principal", true, api::limits::kPersonBytes}});
  };
  CHECK(std::holds_alternative<api::Members>(read(api::limits::kPersonBytes)));
  CHECK(std::holds_alternative<api::Fault>(read(api::limits::kPersonBytes + 1)));
}

TEST_CASE("a list in the place of a text is refused, however deep it is nested") {
  api::Request request;
  request.content_type = "application/json";
  const size_t depth = api::limits::kBodyBytes / 2 - 10;
  request.body = R"({"by":)" + std::string(depth, '[') + std::string(depth, ']') + "}";
  const auto read = api::read_members(request, {{"by", "who confirms", "T-1/principal"}});
  REQUIRE(std::holds_alternative<api::Fault>(read));
  CHECK(std::get<api::Fault>(read).value == "array");
}

TEST_CASE("as many questions as the bound says wait for the ledger, the next one is told to come later") {
  asio::io_context loop;
  std::promise<void> go;
  auto gone = go.get_future().share();
  size_t served = 0, refused = 0;
  api::Reader reader(loop, {});
  const auto ask = [&] {
    reader.read(
        nullptr,
        [gone](api::Snapshots&) {
          gone.wait();
          return api::Response{};
        },
        [&](const api::Response& response) { ++(response.status == 503 ? refused : served); });
  };
  for (size_t i = 0; i < api::limits::kWaitingReads; ++i) ask();
  CHECK(refused == 0);
  ask();
  CHECK(refused == 1);
  go.set_value();
  CHECK(loop_until(loop, [&] { return served == api::limits::kWaitingReads; }));
}

TEST_CASE("an answer that is not ready in time costs its connection") {
  asio::io_context loop;
  api::Respond kept;
  api::Listener listener(loop,
                         [&kept](const api::Request&, api::Respond respond) { kept = std::move(respond); });
  api::ListenOptions options;
  options.handling_time = std::chrono::milliseconds(100);
  REQUIRE(listener.open(options).empty());
  std::thread client([port = listener.port(), &loop] {
    CHECK(send_raw(port, "GET /healthz HTTP/1.1\r\n" + kHead + "\r\n").status == 0);
    asio::post(loop, [&loop] { loop.stop(); });
  });
  loop.run();
  client.join();
  listener.close();
  loop.restart();
  loop.poll();
}
