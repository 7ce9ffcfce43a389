// /api/v1/silences: who may, what is understood, what is listed. That they hold messages back is shown by
// tests/engine and tests/app.
#include <catch2/catch.hpp>

#include "api/api_server.hpp"
#include "api/http_client.hpp"
#include "api/limits.hpp"
#include "ledger/silences.hpp"

using namespace duban;
using namespace duban::test;
using nlohmann::json;

namespace {

const json kSilence{
    {"by", "黄海燕"}, {"reason", "停产检修"}, {"when", "alert.unit == 'E-1'"}, {"for", "24h"}};

struct Silences : ApiServer {
  Answer add(const json& body, const std::string& token = kToken) {
    Sent sent{"POST", "/api/v1/silences", token, body.dump()};
    return ask(port, sent);
  }
  Answer end(const std::string& target, const std::string& token = kToken) {
    Sent sent{"DELETE", target, token};
    return ask(port, sent);
  }
  json with(const std::string& name, const json& value) const {
    json body = kSilence;
    if (value.is_null())
      body.erase(name);
    else
      body[name] = value;
    return body;
  }
};

}  // namespace

TEST_CASE("a silence is added with author, reason, condition and end, by who has the token") {
  Silences server;
  CHECK(server.add(kSilence, "").status == 401);
  CHECK(server.add(kSilence, "wrong").status == 401);
  CHECK(server.backend.silences.empty());
  const Answer added = server.add(kSilence);
  CHECK(added.status == 201);
  CHECK(added.json()["id"] == "s-1");
  CHECK(added.json()["until"] == "2023-11-16T06:13:20+08:00");
  REQUIRE(server.backend.silences.size() == 1);
  const engine::SilenceRequest& request = server.backend.silences[0];
  CHECK(request.author == "黄海燕");
  CHECK(request.reason == "停产检修");
  CHECK(request.origin == "api 127.0.0.1");
  CHECK(request.from == server.clock.now());
  CHECK(request.until == server.clock.now() + std::chrono::hours(24));
  json later = server.with("for", nullptr);
  later["from"] = "2023-12-01";
  later["until"] = "2023-12-02T18:00";
  CHECK(server.add(later).json()["from"] == "2023-12-01T00:00:00+08:00");
  CHECK(server.backend.silences[1].until == Zone::shanghai().parse("2023-12-02T18:00"));
}

TEST_CASE("what cannot be a silence is refused with its place, and nothing is added") {
  Silences server;
  struct Row {
    json body;
    const char* place;
    const char* part;  // of expected or remedy
  };
  json both = kSilence;
  both["until"] = "2023-12-01";
  for (const Row& row : {
           Row{server.with("by", nullptr), "member 'by'", "who answers for it"},
           Row{server.with("reason", ""), "member 'reason'", "one line"},
           Row{server.with("when", "alert.untit == 'E-1'"), "member 'when', column 7",
               "did you mean 'unit'?"},
           Row{server.with("when", "alert.unit"), "member 'when', column 1", "a condition over alert"},
           Row{server.with("for", nullptr), "member 'until'", "say when the silence ends"},
           Row{server.with("for", "a while"), "member 'for'", "90m, 24h or 10d"},
           Row{server.with("for", std::to_string(api::limits::kLongestSilence.count() + 1) + "h"),
               "member 'for'", "at most a year"},
           Row{server.with("reason", std::string(api::limits::kReasonBytes + 1, 'r')), "member 'reason'",
               "at most 500 bytes"},
           Row{server.with("from", "yesterday"), "member 'from'", "write it like"},
           Row{both, "member 'until'", "one of the two"},
           Row{json{{"by", "a"}, {"reason", "r"}, {"when", "true"}, {"until", "2023-01-01"}},
               "member 'until'", "a time after"},
           Row{server.with("author", "x"), "request body", "a known member"},
       }) {
    const Answer answer = server.add(row.body);
    INFO(row.body.dump() << "\n" << answer.body);
    CHECK(answer.status == 400);
    const json error = answer.json()["error"];
    CHECK(error["place"].get<std::string>().find(row.place) != std::string::npos);
    CHECK((error["expected"].get<std::string>() + error["remedy"].get<std::string>()).find(row.part) !=
          std::string::npos);
  }
  CHECK(server.backend.silences.empty());
  json longest = server.with("for", std::to_string(api::limits::kLongestSilence.count()) + "h");
  longest["reason"] = std::string(api::limits::kReasonBytes, 'r');
  CHECK(server.add(longest).status < 300);
  server.on_loop([&] { server.backend.writable = false; });
  CHECK(server.add(kSilence).status == 503);
}

TEST_CASE("a silence is ended by somebody with a name, once") {
  Silences server;
  CHECK(server.end("/api/v1/silences/s-1?by=x", "").status == 401);
  CHECK(server.end("/api/v1/silences/s-1").status == 400);
  CHECK(server.backend.ended.empty());
  const Answer ended = server.end("/api/v1/silences/s-1?by=%E6%9C%B1%E6%98%A5%E7%94%9F");
  CHECK(ended.status == 200);
  CHECK(ended.json()["ended_by"] == "朱春生");
  CHECK(server.backend.ended.at(0).id == "s-1");
  CHECK(server.backend.ended.at(0).origin == "api 127.0.0.1");
  server.on_loop([&] { server.backend.ends = engine::SilenceEnded::over; });
  CHECK(server.end("/api/v1/silences/s-1?by=x").status == 409);
  server.on_loop([&] { server.backend.ends = engine::SilenceEnded::unknown; });
  CHECK(server.end("/api/v1/silences/s-1?by=x").status == 404);
  server.on_loop([&] { server.backend.writable = false; });
  CHECK(server.end("/api/v1/silences/s-1?by=x").status == 503);
}

TEST_CASE("silences are listed, the last to begin first, page by page; those that are over when asked for") {
  Silences server;
  CHECK(get(server.port, "/api/v1/silences").status == 401);
  const Instant now = server.clock.now();
  const auto hours = [now](int n) { return now + std::chrono::hours(n); };
  server.in_transaction([&](ledger::Ledger& l) {
    l.silences().put({"s-1", "a", "r", "true", hours(-9), hours(-8), kNever, {}});
    l.silences().put({"s-2", "a", "r", "true", hours(-2), hours(8), hours(-1), "b"});
    l.silences().put({"s-3", "a", "停产检修", "true", hours(-1), hours(8), kNever, {}});
    l.silences().put({"s-4", "a", "r", "true", hours(1), hours(2), kNever, {}});
  });
  const json current = get(server.port, "/api/v1/silences", kToken).json();
  REQUIRE(current["silences"].size() == 2);
  CHECK(current["silences"][0]["id"] == "s-4");
  CHECK(current["silences"][0]["state"] == "pending");
  CHECK(current["silences"][1]["state"] == "active");
  CHECK(current["silences"][1]["reason"] == "停产检修");
  CHECK(current["silences"][1]["holds_back"] == 0);
  CHECK(current["next"].is_null());
  std::string ids, cursor;
  do {
    const json page =
        get(server.port, "/api/v1/silences?state=all&limit=3" + (cursor.empty() ? "" : "&cursor=" + cursor),
            kToken)
            .json();
    for (const json& silence : page["silences"]) ids += silence["id"].get<std::string>() + " ";
    cursor = page["next"].is_null() ? "" : page["next"].get<std::string>();
  } while (!cursor.empty());
  CHECK(ids == "s-4 s-3 s-2 s-1 ");
  const json over = get(server.port, "/api/v1/silences?state=all", kToken).json()["silences"][2];
  CHECK(over["state"] == "over");
  CHECK(over["ended_by"] == "b");
  CHECK(get(server.port, "/api/v1/silences?state=gone", kToken).status == 400);
}
