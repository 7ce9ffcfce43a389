#include <catch2/catch.hpp>

#include "api/api_server.hpp"
#include "api/http_client.hpp"
#include "core/signed_token.hpp"

using namespace duban;
using namespace duban::test;

namespace {

constexpr const char* kAlert = "5f-0123456789abcdef0123456789abcdef";

struct Linked : ApiServer {
  explicit Linked(const std::string& text = "请立即撤离") {
    in_transaction([&](ledger::Ledger& l) {
      ledger::Alert alert;
      alert.id = kAlert;
      alert.json = nlohmann::json{
          {"id", kAlert},
          {"at", "2026-11-22T09:00:00+08:00"},
          {"level", "remind"},
          {"severity", "critical"},
          {"subject", {{"kind", "hazard"}, {"id", "H1"}, {"title", text}}},
          {"text",
           text}}.dump();
      l.raise(alert);
    });
    on_loop([this] {
      backend.on_acknowledge = [this](const api::Acknowledging& ack) {
        bool now = false;
        in_transaction(
            [&](ledger::Ledger& l) { now = l.acknowledge({ack.alert, ack.by, ack.at, ack.origin}); });
        return now ? api::Acknowledged::now : api::Acknowledged::before;
      };
    });
  }
  std::string link(const std::string& recipient = "T-1/principal",
                   std::chrono::hours life = std::chrono::hours(1)) {
    return "/a/" + sign_token(kLinkKey, acknowledgement_payload({{kAlert}, recipient}), clock.now() + life);
  }
  Answer post(const std::string& target, const std::string& body = "", const std::string& token = "",
              const std::string& type = "application/json", const std::string& more = "") {
    Sent sent{"POST", target, token, body, type, more};
    return ask(port, sent);
  }
  std::vector<ledger::Ledger::Acknowledgement> acks() {
    std::vector<ledger::Ledger::Acknowledgement> found;
    on_loop([&] { found = ledger->acknowledgements(kAlert); });
    return found;
  }
};

const std::string kTarget = std::string("/api/v1/alerts/") + kAlert + "/acknowledgement";

}  // namespace

TEST_CASE("a bearer acknowledges for whom he names, and a second time changes nothing") {
  Linked server;
  const Answer first = server.post(kTarget, R"({"by":"T-1/principal"})", kToken);
  CHECK(first.status == 201);
  CHECK(first.json()["already"] == false);
  const Answer second = server.post(kTarget, R"({"by":"T-1/principal"})", kToken);
  CHECK(second.status == 200);
  CHECK(second.json()["already"] == true);
  CHECK(server.post(kTarget, R"({"by":"T-2/principal"})", kToken).status == 201);
  const auto acks = server.acks();
  REQUIRE(acks.size() == 2);
  CHECK(acks[0].origin == "api 127.0.0.1");
}

TEST_CASE("an acknowledgement without the token, or with a body that says something else, is refused") {
  Linked server;
  CHECK(server.post(kTarget, R"({"by":"x"})").status == 401);
  CHECK(server.post(kTarget, R"({"by":"x"})", "wrong").status == 401);
  CHECK(server.post(kTarget, R"({"by":"x"})", kToken, "text/plain").status == 415);
  for (const char* body : {"", "{", "[]", "{}", R"({"by":1})", R"({"by":""})", R"({"by":"a\nb"})",
                           "{\"by\":\"\xFF\"}", R"({"by":"x","also":1})"}) {
    INFO(body);
    const Answer answer = server.post(kTarget, body, kToken);
    CHECK(answer.status == 400);
    CHECK(!answer.json()["error"]["remedy"].get<std::string>().empty());
  }
  CHECK(server.post(kTarget, R"({"by":")" + std::string(300, 'a') + "\"}", kToken).status == 400);
  CHECK(server.acks().empty());
}

TEST_CASE("looking at a link confirms nothing; its button does, once") {
  Linked server;
  const std::string link = server.link();
  for (int i = 0; i < 2; ++i) {  // a chat program's preview, then the person
    const Answer page = get(server.port, link);
    CHECK(page.status == 200);
    CHECK(page.head.find("text/html") != std::string::npos);
    CHECK(page.head.find("default-src 'none'") != std::string::npos);
    CHECK(page.body.find("请立即撤离") != std::string::npos);
    CHECK(page.body.find("<button") != std::string::npos);
  }
  CHECK(server.acks().empty());
  const Answer confirmed = server.post(link, "", "", "application/x-www-form-urlencoded");
  CHECK(confirmed.status == 303);
  CHECK(confirmed.head.find("Location: " + link.substr(3)) != std::string::npos);
  server.post(link);
  const auto acks = server.acks();
  REQUIRE(acks.size() == 1);
  CHECK(acks[0].by == "T-1/principal");
  CHECK(acks[0].origin == "link 127.0.0.1");
  const Answer after = get(server.port, link);
  CHECK(after.body.find("已确认收到") != std::string::npos);
  CHECK(after.body.find("<button") == std::string::npos);
}

TEST_CASE("each recipient's link confirms for him; what others have confirmed is told") {
  Linked server;
  server.post(server.link("T-1/principal"), "", "", "", "X-Forwarded-For: 10.0.0.7\r\n");
  const Answer page = get(server.port, server.link("T-2/principal"));
  CHECK(page.body.find("<button") != std::string::npos);
  CHECK(page.body.find("另有1人已确认") != std::string::npos);
  server.post(server.link("T-2/principal"));
  server.post(server.link(""));
  const auto acks = server.acks();
  REQUIRE(acks.size() == 3);
  CHECK(acks[0].origin == "link 127.0.0.1 for 10.0.0.7");
  CHECK(std::count_if(acks.begin(), acks.end(), [](const auto& ack) { return ack.by == "link"; }) == 1);
}

TEST_CASE("a link that is forged, cut, of another key or expired is good for nothing") {
  Linked server;
  const std::string link = server.link();
  const std::string other_key =
      "/a/" + sign_token("another key", acknowledgement_payload({{kAlert}, "T-1/principal"}),
                         kNever - std::chrono::hours(1));
  const std::string other_purpose =
      "/a/" + sign_token(kLinkKey, "something else", server.clock.now() + std::chrono::hours(1));
  std::string flipped = link;
  flipped.back() = flipped.back() == 'A' ? 'B' : 'A';
  std::string changed = link;
  changed[5] = changed[5] == 'A' ? 'B' : 'A';
  std::string later = link;  // a later expiry under the same signature
  later[link.find('.') + 1] = '9';
  for (const std::string& bad :
       {other_key, other_purpose, flipped, changed, later, link.substr(0, link.size() - 4),
        std::string("/a/x"), std::string("/a/.."), std::string("/a/..."), std::string("/a/a.b.c")}) {
    INFO(bad);
    const int looked = get(server.port, bad).status;
    CHECK((looked == 404 || looked == 400));
    const int posted = server.post(bad).status;
    CHECK((posted == 404 || posted == 400));
  }
  server.clock.set(server.clock.now() + std::chrono::hours(2));
  CHECK(get(server.port, link).status == 410);
  CHECK(get(server.port, link).body.find("链接已过期") != std::string::npos);
  CHECK(server.post(link).status == 410);
  CHECK(server.acks().empty());
}

TEST_CASE("a message's link confirms every alert that the message carries") {
  Linked server;
  const std::string second = "5f-fedcba9876543210fedcba9876543210";
  server.in_transaction([&](ledger::Ledger& l) {
    ledger::Alert alert;
    alert.id = second;
    alert.json = R"({"id":"x","text":"另一条"})";
    l.raise(alert);
  });
  const std::string link =
      "/a/" + sign_token(kLinkKey, acknowledgement_payload({{kAlert, second, "5f-gone"}, "T-1/principal"}),
                         server.clock.now() + std::chrono::hours(1));
  CHECK(get(server.port, link).body.find("另一条") != std::string::npos);
  CHECK(get(server.port, link).body.find("请立即撤离") != std::string::npos);
  CHECK(server.post(link).status == 303);
  server.on_loop([&] { CHECK(server.ledger->acknowledgements(second).size() == 1); });
  CHECK(server.acks().size() == 1);
  CHECK(get(server.port, link).body.find("已确认收到") != std::string::npos);
}

TEST_CASE("what an event says is text on the page, never markup") {
  Linked server("<script>alert(1)</script>\"'&");
  const Answer page = get(server.port, server.link());
  CHECK(page.status == 200);
  CHECK(page.body.find("<script") == std::string::npos);
  CHECK(page.body.find("&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;") != std::string::npos);
}

TEST_CASE("a ledger that cannot be written is no confirmation") {
  Linked server;
  server.on_loop(
      [&] { server.backend.on_acknowledge = [](const auto&) { return api::Acknowledged::failed; }; });
  CHECK(server.post(server.link()).status == 503);
  CHECK(server.post(kTarget, R"({"by":"x"})", kToken).status == 503);
}
