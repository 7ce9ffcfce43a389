#include <catch2/catch.hpp>

#include "api/api_server.hpp"
#include "api/http_client.hpp"
#include "api/limits.hpp"
#include "api/query.hpp"

using namespace duban;
using namespace duban::test;

namespace {

constexpr const char* kCatalog = R"yaml(
entities:
  unit:
    key: unit_id
    fields: { name: string, area: area, kind: string }
    states: { open: [active], done: [gone] }
  hazard:
    key: hazard_id
    unit: [enterprise_id]
    fields: { title: string, area: area, enterprise_id: unit }
    states: { open: [reported], done: [closed] }
)yaml";

std::shared_ptr<const rule::Configuration> small_configuration() {
  const TemporaryFolder folder;
  std::filesystem::create_directory(folder.file("catalog"));
  folder.write("catalog/catalog.yaml", kCatalog);
  rule::Sources sources;
  sources.catalog_directory = folder.file("catalog");
  sources.calendar_directory = std::string(DUBAN_SOURCE_DIR) + "/config/calendar";
  sources.rules = {folder.write("rules.yaml", "rules: []\n")};
  Diagnostics findings;
  auto configuration = rule::load(sources, findings);
  INFO(findings.text());
  REQUIRE(configuration);
  return configuration;
}

/// A server over `alerts` alerts and as many hazards with an open item each.
struct Listing : ApiServer {
  explicit Listing(int entries) {
    auto made = small_configuration();
    on_loop([&] { backend.config = made; });
    ledger->use(made->catalog);
    in_transaction([&](ledger::Ledger& l) {
      ledger::Entity& unit = l.create(*made->catalog->kind("unit"), "E-1");
      unit.known = true;
      set(unit, "name", "某茶叶加工厂");
      set(unit, "area", "341004101205");
      l.touch(unit);
      for (int i = 1; i <= entries; ++i) {
        add_alert(l, i);
        add_hazard(l, *made->catalog->kind("hazard"), i);
      }
    });
  }

  void set(ledger::Entity& entity, const char* field, std::string_view text) {
    entity.fields[entity.kind->layout->find(field)] = cel::Value::of(ledger->arena().copy(text));
  }
  static void add_alert(ledger::Ledger& l, int i) {
    ledger::Alert alert;
    alert.id = "00-" + std::to_string(i);
    alert.at = instant_of_ms(1'700'000'000'000 + i * 1'000);
    alert.channels = {"duty"};
    alert.json =
        R"({"id":")" + alert.id + R"(","rule":"r","stage":"s","level":"urge","severity":")" +
        (i % 2 == 0 ? "critical" : "notice") + R"(","proposal":false,"subject":{"kind":"hazard","id":"H)" +
        std::to_string(i) +
        R"(","title":"通道堵塞"},"unit":{"id":"E-1","area":"341004"},"to":["E-1/officer"],"text":"请整改"})";
    l.raise(alert);
  }
  void add_hazard(ledger::Ledger& l, const event::EntityKind& kind, int i) {
    ledger::Entity& hazard = l.create(kind, "H" + std::to_string(i));
    hazard.known = true;
    set(hazard, "state", "reported");
    set(hazard, "title", "通道堵塞");
    set(hazard, "enterprise_id", "E-1");
    ledger::Item item;
    item.rule = l.intern(i % 2 == 0 ? "even" : "odd");
    item.opened = instant_of_ms(1'700'000'000'000);
    item.due = instant_of_ms(1'700'000'000'000 + i * 86'400'000LL);
    if (i % 3 == 0) {
      item.ended = item.opened;
      item.outcome = ledger::Outcome::fulfilled;
    }
    hazard.items.push_back(item);
    l.touch(hazard);
  }

  nlohmann::json list(const std::string& target) {
    const Answer answer = get(port, target, kToken);
    INFO(answer.body);
    REQUIRE(answer.status == 200);
    return answer.json();
  }
  /// All pages, and how many there were.
  std::vector<std::string> walk(const std::string& target, const char* name, const char* field,
                                size_t& pages) {
    std::vector<std::string> found;
    std::string cursor;
    for (pages = 0;; ++pages) {
      const auto page = list(target + (cursor.empty() ? "" : "&cursor=" + cursor));
      for (const auto& entry : page[name]) found.push_back(entry.at(nlohmann::json::json_pointer(field)));
      if (page["next"].is_null()) return found;
      cursor = page["next"];
    }
  }
};

std::string filtered(const std::string& list, const std::string& condition) {
  return "/api/v1/" + list + "?filter=" + api::percent_encode(condition);
}

}  // namespace

TEST_CASE("alerts come newest first, page by page, each once") {
  Listing server(25);
  size_t pages = 0;
  const auto ids = server.walk("/api/v1/alerts?limit=10", "alerts", "/id", pages);
  REQUIRE(ids.size() == 25);
  CHECK(ids.front() == "00-25");
  CHECK(ids.back() == "00-1");
  CHECK(pages == 2);
}

TEST_CASE("a page of alerts goes on where it was, whatever has been raised since") {
  Listing server(5);
  const auto first = server.list("/api/v1/alerts?limit=3");
  server.in_transaction([&](ledger::Ledger& l) { Listing::add_alert(l, 6); });
  const auto second = server.list("/api/v1/alerts?limit=3&cursor=" + first["next"].get<std::string>());
  REQUIRE(second["alerts"].size() == 2);
  CHECK(second["alerts"][0]["id"] == "00-2");
}

TEST_CASE("alerts are narrowed by a condition over their fields") {
  Listing server(6);
  server.in_transaction(
      [](ledger::Ledger& l) { l.acknowledge({"00-2", "T-1/principal", Instant{}, "api"}); });
  const auto critical =
      server.list(filtered("alerts", "alert.severity == 'critical' && !alert.acknowledged"));
  REQUIRE(critical["alerts"].size() == 2);
  CHECK(critical["alerts"][1]["id"] == "00-4");
  CHECK(server.list(filtered("alerts", "within(alert.area, '3410') && 'E-1/officer' in alert.to"))["alerts"]
            .size() == 6);
  CHECK(
      server.list(filtered("alerts", "alert.at < timestamp('2023-11-14T22:13:22.500Z')"))["alerts"].size() ==
      2);
}

TEST_CASE("an alert is shown with its deliveries, attempts and acknowledgements") {
  Listing server(1);
  server.in_transaction([](ledger::Ledger& l) {
    l.settle(
        {1, instant_of_ms(1'700'000'005'000), ledger::DeliveryState::delivered, kNever, "HTTP 200", 12, {}});
    l.acknowledge({"00-1", "T-1/principal", instant_of_ms(1'700'000'006'000), "link 10.0.0.7"});
  });
  const auto alert = server.list("/api/v1/alerts/00-1");
  CHECK(alert["text"] == "请整改");
  CHECK(alert["state"] == "out");
  CHECK(alert["deliveries"][0]["state"] == "delivered");
  CHECK(alert["attempts"][0]["answer"] == "HTTP 200");
  CHECK(alert["attempts"][0]["latency_ms"] == 12);
  CHECK(alert["acknowledged"][0]["by"] == "T-1/principal");
  CHECK(alert["acknowledged"][0]["from"] == "link 10.0.0.7");
  for (const char* id : {"00-2", "zz-1", "x", "00-1'--", "%20"}) {
    INFO(id);
    CHECK(get(server.port, std::string("/api/v1/alerts/") + id, kToken).status == 404);
  }
}

TEST_CASE("items come with their subject, unit and deadline, open ones unless others are asked for") {
  Listing server(9);
  size_t pages = 0;
  const auto open = server.walk("/api/v1/items?limit=2", "items", "/subject/id", pages);
  CHECK(open == std::vector<std::string>{"H1", "H2", "H4", "H5", "H7", "H8"});
  CHECK(server.list("/api/v1/items?state=ended")["items"].size() == 3);
  CHECK(server.list("/api/v1/items?state=all")["items"].size() == 9);
  CHECK(server.list("/api/v1/items?kind=unit")["items"].empty());
  const auto one = server.list("/api/v1/items?subject=hazard/H3&state=all")["items"];
  REQUIRE(one.size() == 1);
  CHECK(one[0]["outcome"] == "fulfilled");
  CHECK(one[0]["unit"]["name"] == "某茶叶加工厂");
  CHECK(one[0]["unit"]["area"] == "341004101205");
  CHECK(server.list("/api/v1/items?subject=hazard/none")["items"].empty());
  const auto even =
      server.list(filtered("items", "item.rule == 'even' && item.due > timestamp('2023-11-17T00:00:00Z')"));
  REQUIRE(even["items"].size() == 2);
  CHECK(even["items"][0]["subject"]["id"] == "H4");
}

TEST_CASE("items of a unit's open subjects are found by their index, page by page") {
  Listing server(9);
  server.in_transaction([&](ledger::Ledger& l) {
    const event::EntityKind& kind = *server.backend.config->catalog->kind("hazard");
    for (int i = 1; i <= 9; ++i)
      l.index(*l.find(kind, "H" + std::to_string(i)), i != 5, "341004101205", i < 8 ? "E-1" : "E-2");
  });
  size_t pages = 0;
  const auto walk = [&](const std::string& more) {
    return server.walk("/api/v1/items?limit=2" + more, "items", "/subject/id", pages);
  };
  CHECK(walk("&unit=E-1") == std::vector<std::string>{"H1", "H2", "H4", "H7"});
  CHECK(pages == 2);
  CHECK(walk("&unit=E-2&kind=hazard") == std::vector<std::string>{"H8"});
  CHECK(walk("&unit=E-2&kind=unit").empty());
  CHECK(walk("&unit=E-3").empty());
  CHECK(get(server.port, "/api/v1/items?unit=E-1&state=all", kToken).status == 400);
  CHECK(get(server.port, "/api/v1/items?unit=E-1&subject=hazard/H1", kToken).status == 400);
}

TEST_CASE("dead letters are listed with their reasons, and without the bytes that were refused") {
  Listing server(0);
  server.in_transaction([](ledger::Ledger& l) {
    for (int i = 0; i < 3; ++i)
      l.dead_letter(
          {"safety.tips", 0, i, instant_of_ms(i), "D20", "no transition", "k", "举报人张三 13812345678", {}},
          "");
  });
  size_t pages = 0;
  const auto codes = server.walk("/api/v1/dead-letters?limit=2", "dead_letters", "/code", pages);
  CHECK(codes.size() == 3);
  const Answer answer = get(server.port, "/api/v1/dead-letters", kToken);
  CHECK(answer.json()["dead_letters"][0]["offset"] == 2);
  CHECK(answer.body.find("张三") == std::string::npos);
  CHECK(answer.body.find("1381234") == std::string::npos);
}

TEST_CASE("lists want the token") {
  Listing server(1);
  for (const char* target :
       {"/api/v1/alerts", "/api/v1/alerts/00-1", "/api/v1/items", "/api/v1/dead-letters"})
    CHECK(get(server.port, target).status == 401);
}

TEST_CASE("a question that cannot be understood says where, what, what was expected and what to do") {
  Listing server(1);
  const auto refused = [&](const std::string& target) {
    INFO(target);
    const Answer answer = get(server.port, target, kToken);
    REQUIRE(answer.status == 400);
    const auto error = answer.json()["error"];
    CHECK(!error["expected"].get<std::string>().empty());
    return error["place"].get<std::string>() + " | " + error["value"].get<std::string>() + " | " +
           error["remedy"].get<std::string>();
  };
  CHECK(refused("/api/v1/alerts?limit=0") == "query parameter 'limit' | 0 | leave it out for 100");
  CHECK(refused("/api/v1/alerts?limit=1e3").find("1e3") != std::string::npos);
  CHECK(refused("/api/v1/alerts?limt=1").find("did you mean 'limit'?") != std::string::npos);
  CHECK(refused("/api/v1/alerts?limit=1&limit=2").find("once") != std::string::npos);
  CHECK(refused("/api/v1/alerts?cursor=abc").find("cursor") != std::string::npos);
  CHECK(refused("/api/v1/alerts?cursor=-1").find("cursor") != std::string::npos);
  CHECK(refused("/api/v1/alerts?filter=%ff").find("query") == 0);
  CHECK(refused(filtered("alerts", "alert.sverity == 'critical'")).find("did you mean 'severity'?") !=
        std::string::npos);
  CHECK(refused(filtered("alerts", "alert.severity == 'criticl'")).find("criticl") != std::string::npos);
  CHECK(refused(filtered("alerts", "alert.text")).find("query parameter 'filter', column 1") == 0);
  CHECK(refused(filtered("alerts", "(((")).find("query parameter 'filter', column") == 0);
  CHECK(refused(filtered("alerts", "alert.text == '" + std::string(5'000, 'a') + "'")).find("shorten") !=
        std::string::npos);
  CHECK(refused("/api/v1/items?state=opn").find("opn") != std::string::npos);
  CHECK(refused("/api/v1/items?kind=hazrd").find("did you mean 'hazard'?") != std::string::npos);
  CHECK(refused("/api/v1/items?subject=nothing").find("nothing") != std::string::npos);
}

TEST_CASE(
    "a condition that costs too much wants nothing and ends the page early; the next question is answered") {
  Listing server(60);
  const std::string list = "[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20]";
  std::string costly = "alert.text != ''";
  for (const char* variable : {"a", "b", "c", "d", "e", "f", "g"})
    costly = list + ".all(" + variable + ", " + costly + ")";
  const auto page = server.list(filtered("alerts", costly));
  CHECK(page["alerts"].empty());
  CHECK(page["next"].is_string());  // of sixty alerts
  CHECK(server.list("/api/v1/alerts")["alerts"].size() == 60);
}

TEST_CASE("a condition may be as long as the bound says") {
  Listing server(1);
  const std::string begin = "alert.text == '", end = "'";
  const auto status = [&](size_t bytes) {
    return get(server.port,
               filtered("alerts", begin + std::string(bytes - begin.size() - end.size(), 'a') + end), kToken)
        .status;
  };
  CHECK(status(api::limits::kFilterBytes) == 200);
  CHECK(status(api::limits::kFilterBytes + 1) == 400);
}

TEST_CASE(
    "a page ends when as many entries as the bound says were looked at, and the next one goes on there") {
  Listing server(static_cast<int>(api::limits::kRowsLookedAt) + 1);
  const auto first = server.list(filtered("alerts", "alert.subject == 'H1'"));  // the oldest
  CHECK(first["alerts"].empty());
  REQUIRE(first["next"].is_string());
  const auto second = server.list(filtered("alerts", "alert.subject == 'H1'") +
                                  "&cursor=" + first["next"].get<std::string>());
  CHECK(second["alerts"].size() == 1);
  CHECK(second["next"].is_null());
}
