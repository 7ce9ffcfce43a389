#include <catch2/catch.hpp>

#include "cel/type.hpp"
#include "ledger/slot.hpp"
#include "ledger_support.hpp"

using namespace duban;
using namespace duban::ledger;
using test::Fixture;
using test::seconds;

namespace {

cel::Value field(const Entity& entity, const char* name) {
  return entity.fields[entity.kind->layout->find(name)];
}

/// Every member away from its default.
Item full_item(Ledger& ledger) {
  Item item;
  item.rule = ledger.intern("hazard-rectification");
  item.span = "spring-festival/2027";
  item.episode = "event-0001-of-some-length";
  item.reopened = 2;
  item.opened = seconds(10);
  item.noticed = seconds(11);
  item.planned = seconds(12);
  item.due = seconds(1000);
  item.due_date = Date::of(2023, 2, 7);
  item.provisional = true;
  item.ended = seconds(900);
  item.outcome = Outcome::fulfilled_late;
  item.level = 3;
  item.floor = 1;
  item.decided = 4;
  item.next = seconds(950);
  item.done = 2;
  item.done_keys = {1, UINT64_MAX};
  item.streak = 3;
  item.misses = 5;
  item.misses_year = 2026;
  item.cause = {ledger.intern("hazard.ordered"), ledger.intern("topic-a"), 3, 77,
                "event-0001-of-some-length"};
  item.near_miss = "由副职带队";
  item.fired = {{ledger.intern("t-5"), 1, seconds(20)}, {ledger.intern("t-3"), 7, kNever}};
  item.decisions = {{4, seconds(30)}};
  item.told = {"E-1/officer", "E-1/principal", "E-1/officer"};
  item.carried = "W9/red";
  item.cleared = seconds(77);
  item.proposals = {"5f-0123456789abcdef0123456789abcdef", ""};
  return item;
}

bool same(const Item& a, const Item& b) {
  const auto cause = [](const Cause& c) { return std::tie(c.type, c.topic, c.partition, c.offset, c.id); };
  const auto plain = [&](const Item& i) {
    return std::tuple(i.rule, i.span, i.episode, i.reopened, i.opened, i.noticed, i.planned, i.due,
                      i.due_date, i.provisional, i.ended, i.outcome, i.level, i.floor, i.decided, i.next,
                      i.done, i.done_keys, i.streak, i.misses, i.misses_year, i.near_miss, i.told, i.carried,
                      i.cleared, i.proposals);
  };
  return plain(a) == plain(b) && cause(a.cause) == cause(b.cause) &&
         std::equal(a.fired.begin(), a.fired.end(), b.fired.begin(), b.fired.end(),
                    [](const Fired& x, const Fired& y) {
                      return x.stage == y.stage && x.count == y.count && x.last == y.last;
                    }) &&
         std::equal(a.decisions.begin(), a.decisions.end(), b.decisions.begin(), b.decisions.end(),
                    [](const Decision& x, const Decision& y) { return x.level == y.level && x.at == y.at; });
}

void fill_fields(Fixture& f, Entity& hazard) {
  cel::Arena& arena = f.ledger->arena();
  const auto put = [&](const char* name, const cel::Value& value) {
    hazard.fields[hazard.kind->layout->find(name)] = arena.copy(value);
  };
  const cel::Value tags[] = {cel::Value::of("深基坑"), cel::Value::null(), cel::Value::of(int64_t{-5}),
                             cel::Value::of_unsigned(UINT64_MAX), cel::Value::of(INT64_MIN)};
  const cel::MapEntry fixes[] = {
      {cel::Value::of("funds"), cel::Value::of(std::span<const cel::Value>(tags))},
      {cel::Value::of("hours"), cel::Value::duration(-3, 500'000'000)},
      {cel::Value::of("raw"), cel::Value::of_bytes(std::string_view("\0\xff", 2))}};
  put("title", cel::Value::of("疏散通道堵塞"));
  put("due", cel::Value::of(Date::of(1969, 12, 31)));
  put("tags", cel::Value::of(std::span<const cel::Value>(tags)));
  put("percent", cel::Value::of(-0.5));
  put("fixes", cel::Value::of_map(fixes));
  put("filed_at", cel::Value::timestamp(-1, 999'999'999));
}

}  // namespace

TEST_CASE("an entity comes back with every member as it was") {
  Fixture f;
  Item item;
  f.in_transaction([&] {
    Entity& hazard = f.ledger->create(f.kind("hazard"), "H-2023-0001");
    fill_fields(f, hazard);
    hazard.known = true;
    hazard.began_by = "event-0001-of-some-length";
    hazard.began = seconds(1);
    hazard.reopened = 3;
    hazard.changed = seconds(5);
    hazard.expires = seconds(5000);
    hazard.chain = "H-2022-0001";
    hazard.chain_keys = {"H-2022-0001", "H-2022-0002"};
    hazard.chain_start = seconds(-100);
    hazard.recent = {{1, 2}, {UINT64_MAX, 0}};
    hazard.parked = {{seconds(60), "topic-a", 3, 4'000'000'000, seconds(2), R"({"id":"x"})"}};
    hazard.provisional = {{4, R"({"id":"y"})"}};
    item = full_item(*f.ledger);
    hazard.items = {item, Item{}};
    f.ledger->touch(hazard);
  });
  f.reopen();
  Entity* found = f.ledger->find(f.kind("hazard"), "H-2023-0001");
  REQUIRE(found != nullptr);
  CHECK(found->kind == &f.kind("hazard"));
  CHECK(found->known);
  CHECK(found->began_by == "event-0001-of-some-length");
  CHECK(found->began == seconds(1));
  CHECK(found->reopened == 3);
  CHECK(found->changed == seconds(5));
  CHECK(found->expires == seconds(5000));
  CHECK(found->chain == "H-2022-0001");
  CHECK(found->chain_keys == std::vector<std::string>{"H-2022-0001", "H-2022-0002"});
  CHECK(found->chain_start == seconds(-100));
  REQUIRE(found->recent.size() == 2);
  CHECK(found->recent[1].identity == UINT64_MAX);
  REQUIRE(found->parked.size() == 1);
  CHECK(found->parked[0].offset == 4'000'000'000);
  CHECK(found->parked[0].event == R"({"id":"x"})");
  REQUIRE(found->provisional.size() == 1);
  CHECK(found->provisional[0].field == 4);
  REQUIRE(found->items.size() == 2);
  CHECK(same(found->items[0], item));
  CHECK(same(found->items[1], Item{}));
  CHECK(found->agenda == seconds(60));
}

TEST_CASE("values of every kind that a field can hold come back equal") {
  Fixture f;
  std::string before;
  f.in_transaction([&] {
    Entity& hazard = f.ledger->create(f.kind("hazard"), "H1");
    fill_fields(f, hazard);
    before = cel::to_json(hazard.record());
  });
  f.reopen();
  Entity* found = f.ledger->find(f.kind("hazard"), "H1");
  REQUIRE(found != nullptr);
  CHECK(cel::to_json(found->record()) == before);
  CHECK(field(*found, "spare").is_absent());
  CHECK(field(*found, "fixes").get("raw").is(cel::Kind::bytes));
  CHECK(field(*found, "fixes").get("hours").nanos() == 500'000'000);
  CHECK(field(*found, "tags").items()[3].uinteger() == UINT64_MAX);
  CHECK(field(*found, "tags").items()[4].integer() == INT64_MIN);
  CHECK(field(*found, "filed_at").seconds() == -1);
  CHECK(field(*found, "due").date() == Date::of(1969, 12, 31));
}

TEST_CASE("an entity is decoded once in a transaction and found by key and by id") {
  Fixture f;
  f.in_transaction([&] {
    Entity& made = f.make_hazard("H1");
    CHECK(f.ledger->find(f.kind("hazard"), "H1") == &made);
    CHECK(f.ledger->get(made.id) == &made);
    CHECK(f.ledger->find(f.kind("unit"), "H1") == nullptr);
    CHECK(f.ledger->find(f.kind("hazard"), "H2") == nullptr);
    CHECK(f.ledger->get(EntityId{99}) == nullptr);
  });
  f.in_transaction([&] {
    Entity* found = f.ledger->find(f.kind("hazard"), "H1");
    REQUIRE(found != nullptr);
    CHECK(f.ledger->get(found->id) == found);
    CHECK(f.ledger->find(f.kind("hazard"), "H1") == found);
  });
}

TEST_CASE("keys with equal hashes are kept apart") {
  // Found by trying: the first two of H0, H1, … whose 42 bits are equal.
  const std::string a = "H783935";
  const std::string b = "H1039810";
  REQUIRE(entity_hash("hazard", a) == entity_hash("hazard", b));
  Fixture f;
  f.in_transaction([&] {
    f.make_hazard(a);
    CHECK(f.ledger->find(f.kind("hazard"), b) == nullptr);
    f.make_hazard(b);
  });
  CHECK(f.ledger->find(f.kind("hazard"), a)->key == a);
  CHECK(f.ledger->find(f.kind("hazard"), b)->key == b);
  f.reopen();
  CHECK(f.ledger->find(f.kind("hazard"), b)->key == b);
  CHECK(f.ledger->find(f.kind("hazard"), a)->key == a);
}

TEST_CASE("what is not touched is not written") {
  Fixture f;
  f.in_transaction([&] { f.make_hazard("H1"); });
  f.in_transaction([&] { f.ledger->find(f.kind("hazard"), "H1")->reopened = 7; });
  CHECK(f.ledger->find(f.kind("hazard"), "H1")->reopened == 0);
}

TEST_CASE("a rollback leaves everything as it was") {
  Fixture f;
  f.in_transaction([&] {
    f.ledger->index(f.make_hazard("H1", seconds(5)), true, "3410", "E-1");
    f.ledger->set_instant(seconds(1));
    Alert alert;
    alert.id = "5f-1";
    alert.channels = {"console"};
    f.ledger->raise(alert);
  });
  const std::string before = f.dump();
  const int64_t last = f.ledger->last_entity_id();
  f.ledger->begin();
  Entity* hazard = f.ledger->find(f.kind("hazard"), "H1");
  hazard->items[0].next = seconds(1);
  f.ledger->index(*hazard, false, {}, {});
  f.make_hazard("H2", seconds(2));
  f.ledger->journal({0, seconds(1), JournalKind::record, hazard->id, "topic-a", 0, 1, "{}"});
  f.ledger->set_instant(seconds(9));
  CHECK(f.ledger->counts().entities == 2);  // written back, not committed
  CHECK(f.ledger->next_agenda() == seconds(1));
  f.ledger->rollback();
  CHECK(f.dump() == before);
  CHECK(f.ledger->instant() == seconds(1));
  CHECK(f.ledger->last_entity_id() == last);
  CHECK(f.ledger->next_agenda() == seconds(5));
  CHECK(f.ledger->counts().entities == 1);
  CHECK(f.ledger->find(f.kind("hazard"), "H2") == nullptr);
  CHECK(f.ledger->open_in_area(f.ledger->intern("hazard"), "34", "", 0, 10).size() == 1);
}

TEST_CASE("a name given in a transaction that is rolled back stays good") {
  Fixture f;
  f.ledger->begin();
  const NameId name = f.ledger->intern("night-watch");
  f.ledger->rollback();
  CHECK(f.ledger->intern("another") != name);
  CHECK(f.ledger->text(name) == "night-watch");
  f.in_transaction([&] { f.make_hazard("H1").items[0].rule = name; });
  f.reopen();
  CHECK(f.ledger->text(f.ledger->find(f.kind("hazard"), "H1")->items[0].rule) == "night-watch");
  CHECK(f.ledger->intern("night-watch") == name);
  CHECK(f.ledger->intern("") == NameId{});
  CHECK(f.ledger->text(NameId{}).empty());
}

TEST_CASE("each() shows every known entity of its kind in order, and no placeholder") {
  Fixture f;
  f.in_transaction([&] {
    for (int i = 0; i < 1'200; ++i) {
      Entity& unit = f.ledger->create(f.kind("unit"), "E-" + std::to_string(i));
      unit.known = i % 3 != 0;
      f.make_hazard("H-" + std::to_string(i));
    }
  });
  std::vector<std::string> seen;
  f.ledger->each(f.kind("unit"), [&](Entity& unit) { seen.push_back(unit.key); });
  REQUIRE(seen.size() == 800);
  CHECK(seen.front() == "E-1");
  CHECK(seen.back() == "E-1199");
  f.in_transaction([&] {
    Entity* cached = f.ledger->find(f.kind("unit"), "E-1");
    cached->known = false;
    f.ledger->touch(*cached);
    f.ledger->create(f.kind("unit"), "E-new").known = true;
    seen.clear();
    f.ledger->each(f.kind("unit"), [&](Entity& unit) { seen.push_back(unit.key); });
    CHECK(seen.size() == 800);
    CHECK(seen.front() == "E-2");
    CHECK(seen.back() == "E-new");
  });
}

TEST_CASE("states in use and counts follow the entities") {
  Fixture f;
  f.in_transaction([&] {
    f.make_hazard("H1");
    f.make_hazard("H2");
    f.ledger->create(f.kind("hazard"), "H3");  // a placeholder counts nowhere
    CHECK(f.ledger->state_in_use("hazard", "reported"));
  });
  CHECK(f.ledger->counts().entities == 2);
  CHECK(f.ledger->counts().open_items == 2);
  f.in_transaction([&] {
    for (const char* key : {"H1", "H2"}) {
      Entity* hazard = f.ledger->find(f.kind("hazard"), key);
      f.set(*hazard, "state", "ordered");
      hazard->items[0].ended = seconds(1);
      f.ledger->touch(*hazard);
    }
  });
  f.reopen();
  CHECK_FALSE(f.ledger->state_in_use("hazard", "reported"));
  CHECK(f.ledger->state_in_use("hazard", "ordered"));
  CHECK_FALSE(f.ledger->state_in_use("unit", "ordered"));
  CHECK(f.ledger->counts().entities == 2);
  CHECK(f.ledger->counts().open_items == 0);
}
