#include <catch2/catch.hpp>

#include "ledger/row_cache.hpp"
#include "ledger_support.hpp"

using namespace duban;
using namespace duban::ledger;
using test::Fixture;

TEST_CASE("a row kept is found by its hash and by its id, with its latest bytes") {
  RowCache cache(64);
  cache.put(7, 1'000, "one");
  REQUIRE(cache.by_hash(1'000) != nullptr);
  CHECK(cache.by_hash(1'000)->id == 7);
  REQUIRE(cache.by_id(7) != nullptr);
  CHECK(cache.by_id(7)->doc == "one");
  cache.put(7, 1'000, "two");
  CHECK(cache.by_id(7)->doc == "two");
  CHECK(cache.by_id(8) == nullptr);
  CHECK(cache.by_hash(1'001) == nullptr);
  cache.clear();
  CHECK(cache.by_id(7) == nullptr);
  CHECK(cache.by_hash(1'000) == nullptr);
}

TEST_CASE("of the rows of one set the one not used for longest gives way") {
  RowCache cache(4);
  for (int64_t id = 1; id <= 4; ++id) cache.put(id, static_cast<uint64_t>(id), "row");
  cache.by_id(1);
  cache.put(5, 5, "row");
  CHECK(cache.by_id(1) != nullptr);
  CHECK(cache.by_id(2) == nullptr);
  CHECK(cache.by_id(5) != nullptr);
}

TEST_CASE("a row that has grown too large is not kept, nor are its older bytes") {
  RowCache cache(64);
  cache.put(7, 1'000, "small");
  cache.put(7, 1'000, std::string(5'000, 'x'));
  CHECK(cache.by_id(7) == nullptr);
  CHECK(cache.by_hash(1'000) == nullptr);
}

TEST_CASE("what a rollback took back does not come out of the cache") {
  Fixture f;
  f.in_transaction([&] { f.make_hazard("H1", test::seconds(5)); });
  f.ledger->begin();
  Entity* hazard = f.ledger->find(f.kind("hazard"), "H1");
  hazard->items[0].next = test::seconds(1);
  f.ledger->touch(*hazard);
  f.make_hazard("H2");
  f.ledger->counts();  // writes back
  f.ledger->rollback();
  CHECK(f.ledger->find(f.kind("hazard"), "H1")->items[0].next == test::seconds(5));
  CHECK(f.ledger->find(f.kind("hazard"), "H2") == nullptr);
  f.in_transaction([&] { f.make_hazard("H3"); });  // takes the id that H2 had
  CHECK(f.ledger->get(EntityId{2})->key == "H3");
}

TEST_CASE("rows larger than a page come back whole") {
  Fixture f;
  const std::string title(100'000, 'x');
  f.in_transaction([&] { f.set(f.make_hazard("H1"), "title", title); });
  f.in_transaction([&] {
    Entity* hazard = f.ledger->find(f.kind("hazard"), "H1");
    REQUIRE(hazard != nullptr);
    CHECK(hazard->record().get("title").text() == title);
    f.set(*hazard, "title", "short");
    f.ledger->touch(*hazard);
  });
  CHECK(f.ledger->find(f.kind("hazard"), "H1")->record().get("title").text() == "short");
}
