#include <catch2/catch.hpp>
#include <map>
#include <random>

#include "ledger_support.hpp"

using namespace duban;
using namespace duban::ledger;
using test::Fixture;
using test::seconds;

namespace {

std::vector<std::string> due_keys(Fixture& f, Instant until, size_t limit = SIZE_MAX) {
  std::vector<std::string> keys;
  for (EntityId id : f.ledger->due(until, limit)) keys.push_back(f.ledger->get(id)->key);
  return keys;
}

void plan(Fixture& f, const std::string& key, Instant next) {
  Entity* hazard = f.ledger->find(f.kind("hazard"), key);
  hazard->items[0].next = next;
  f.ledger->touch(*hazard);
}

using Keys = std::vector<std::string>;

}  // namespace

TEST_CASE("the agenda shows what the open transaction has changed") {
  Fixture f;
  f.in_transaction([&] {
    f.make_hazard("H1", seconds(10));
    f.make_hazard("H2", seconds(20));
    f.make_hazard("H3");
    CHECK(f.ledger->next_agenda() == seconds(10));
  });
  f.in_transaction([&] {
    CHECK(f.ledger->next_agenda() == seconds(10));
    plan(f, "H1", seconds(30));  // later
    CHECK(f.ledger->next_agenda() == seconds(20));
    plan(f, "H3", seconds(5));  // new
    CHECK(f.ledger->next_agenda() == seconds(5));
    plan(f, "H3", seconds(25));  // and moved again
    plan(f, "H2", kNever);       // none any more
    CHECK(f.ledger->next_agenda() == seconds(25));
    CHECK(due_keys(f, seconds(30)) == Keys{"H3", "H1"});
    CHECK(due_keys(f, seconds(30), 1) == Keys{"H3"});
    CHECK(due_keys(f, seconds(24)).empty());
    plan(f, "H1", seconds(10));  // back to what the table has
    CHECK(f.ledger->next_agenda() == seconds(10));
    CHECK(due_keys(f, seconds(30)) == Keys{"H1", "H3"});
  });
  CHECK(f.ledger->next_agenda() == seconds(10));
  f.reopen();
  CHECK(due_keys(f, seconds(99)) == Keys{"H1", "H3"});
}

TEST_CASE("entities due at one instant come in order of id") {
  Fixture f;
  f.in_transaction([&] {
    for (const char* key : {"C", "A", "B"}) f.make_hazard(key, seconds(1));
    f.make_hazard("Z", seconds(0));
  });
  f.in_transaction([&] {
    f.make_hazard("D", seconds(1));
    plan(f, "A", seconds(2));
    plan(f, "A", seconds(1));
    CHECK(due_keys(f, seconds(1)) == Keys{"Z", "C", "A", "B", "D"});
    CHECK(due_keys(f, seconds(1), 2) == Keys{"Z", "C"});
  });
}

TEST_CASE("parked events and the end of an entity are part of its agenda") {
  Fixture f;
  f.in_transaction([&] {
    Entity& hazard = f.make_hazard("H1", seconds(30));
    hazard.expires = seconds(20);
    f.ledger->touch(hazard);
    CHECK(f.ledger->next_agenda() == seconds(20));
    hazard.parked.push_back({seconds(10), "topic-a", 0, 1, seconds(0), "{}"});
    f.ledger->touch(hazard);
    CHECK(f.ledger->next_agenda() == seconds(10));
  });
  CHECK(f.ledger->next_agenda() == seconds(10));
}

TEST_CASE("the agenda is the same whether the transaction's changes are written back early or not") {
  Fixture f;
  f.in_transaction([&] {
    f.make_hazard("H1", seconds(10));
    f.make_hazard("H2", seconds(20));
    f.ledger->counts();  // writes back
    CHECK(f.ledger->next_agenda() == seconds(10));
    plan(f, "H1", seconds(30));
    CHECK(f.ledger->next_agenda() == seconds(20));
    f.ledger->counts();
    CHECK(f.ledger->next_agenda() == seconds(20));
    f.ledger->touch(*f.ledger->find(f.kind("hazard"), "H2"));  // dirty, its agenda unchanged
    CHECK(f.ledger->next_agenda() == seconds(20));
    CHECK(due_keys(f, seconds(99)) == Keys{"H2", "H1"});
  });
}

TEST_CASE("a burst of one instant is fired in slices, each entity once") {
  Fixture f;
  constexpr int kEntities = 20'000;
  f.in_transaction([&] {
    for (int i = 0; i < kEntities; ++i) f.make_hazard("H" + std::to_string(i), seconds(1));
  });
  int fired = 0;
  int64_t last = 0;
  for (bool more = true; more;) {
    f.in_transaction([&] {
      const std::vector<EntityId> ids = f.ledger->due(seconds(1), 3'000);
      for (EntityId id : ids) {
        REQUIRE(static_cast<int64_t>(id) > last);
        last = static_cast<int64_t>(id);
        Entity* hazard = f.ledger->get(id);
        hazard->items[0].next = ++fired % 2 == 0 ? kNever : seconds(2);
        f.ledger->touch(*hazard);
      }
      more = !ids.empty();
    });
  }
  CHECK(fired == kEntities);
  CHECK(f.ledger->next_agenda() == seconds(2));
  CHECK(f.ledger->due(seconds(2), SIZE_MAX).size() == kEntities / 2);
}

TEST_CASE("the agenda agrees with a plain map under random changes, commits and rollbacks") {
  Fixture f;
  std::mt19937_64 random(20230119);
  std::map<int64_t, Instant> committed;  // id → agenda
  const auto expected = [](const std::map<int64_t, Instant>& plan_of, Instant until) {
    std::vector<std::pair<Instant, int64_t>> entries;
    for (const auto& [id, at] : plan_of)
      if (at <= until && at != kNever) entries.emplace_back(at, id);
    std::sort(entries.begin(), entries.end());
    std::vector<EntityId> ids;
    for (const auto& entry : entries) ids.push_back(EntityId{entry.second});
    return ids;
  };
  for (int round = 0; round < 120; ++round) {
    std::map<int64_t, Instant> current = committed;
    f.ledger->begin();
    for (int step = 0; step < 60; ++step) {
      const Instant next = random() % 5 == 0 ? kNever : seconds(static_cast<int64_t>(random() % 40));
      Entity* entity = nullptr;
      if (current.empty() || random() % 8 == 0) {
        entity = &f.make_hazard("H" + std::to_string(f.ledger->last_entity_id() + 1), next);
      } else {
        const auto id = 1 + static_cast<int64_t>(random() % current.size());
        entity = f.ledger->get(EntityId{id});
        entity->items[0].next = next;
        f.ledger->touch(*entity);
      }
      current[static_cast<int64_t>(entity->id)] = next;
      if (random() % 20 == 0) f.ledger->counts();
      const auto all = expected(current, instant_of_ms(INT64_MAX - 1));
      REQUIRE(f.ledger->next_agenda() == (all.empty() ? kNever : current[static_cast<int64_t>(all[0])]));
      const Instant until = seconds(static_cast<int64_t>(random() % 40));
      REQUIRE(f.ledger->due(until, SIZE_MAX) == expected(current, until));
    }
    if (random() % 4 == 0) {
      f.ledger->rollback();
    } else {
      f.ledger->commit();
      committed = std::move(current);
    }
    REQUIRE(f.ledger->due(seconds(99), SIZE_MAX) == expected(committed, seconds(99)));
    if (random() % 30 == 0) f.reopen();
  }
}
