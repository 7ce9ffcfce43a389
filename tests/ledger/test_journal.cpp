#include <catch2/catch.hpp>

#include "core/limits.hpp"
#include "ledger_support.hpp"

using namespace duban;
using namespace duban::ledger;
using test::Fixture;
using test::seconds;

namespace {

JournalEntry record(EntityId entity, const std::string& topic, int32_t partition, int64_t offset) {
  return {0,         seconds(offset), JournalKind::record,         entity, topic,
          partition, offset,          R"({"id":")" + topic + "\"}"};
}

}  // namespace

TEST_CASE("the history of an entity is its entries in order, whatever lies between them") {
  Fixture f;
  EntityId h1{}, h2{};
  f.in_transaction([&] {
    h1 = f.make_hazard("H1").id;
    h2 = f.make_hazard("H2").id;
    CHECK(f.ledger->journal(record(h1, "a", 0, 1)) == 1);
    CHECK(f.ledger->journal(record(h2, "a", 0, 2)) == 2);
    CHECK(f.ledger->journal({0, seconds(2), JournalKind::tick, {}, {}, 0, 0, {}}) == 3);
    CHECK(f.ledger->history(h1).size() == 1);  // uncommitted ones too
  });
  f.in_transaction([&] { f.ledger->journal(record(h1, "a", 0, 3)); });
  f.reopen();
  f.in_transaction([&] { f.ledger->journal(record(h1, "b", 1, 9)); });
  const auto history = f.ledger->history(h1);
  REQUIRE(history.size() == 3);
  CHECK(history[0].sequence == 1);
  CHECK(history[0].body == R"({"id":"a"})");
  CHECK(history[1].offset == 3);
  CHECK(history[2].topic == "b");
  CHECK(history[2].partition == 1);
  CHECK(history[2].at == seconds(9));
  CHECK(history[2].entity == h1);
  CHECK(f.ledger->history(h2).size() == 1);
  CHECK(f.ledger->history(EntityId{99}).empty());
}

TEST_CASE("a record is found by its position") {
  Fixture f;
  for (int batch = 0; batch < 5; ++batch) {
    f.in_transaction([&] {
      for (int i = 0; i < 20; ++i) {
        f.ledger->journal(record({}, "a", i % 3, batch * 100 + i));
        f.ledger->journal({0, seconds(2), JournalKind::tick, {}, {}, 0, 0, {}});
      }
      if (batch == 2) f.ledger->journal(record({}, "b", 0, 7));
      CHECK(f.ledger->record_at({"a", 0}, batch * 100 + 3));  // of the open transaction
    });
  }
  f.reopen();
  for (int batch = 0; batch < 5; ++batch) {
    for (int i = 0; i < 20; ++i) {
      const auto found = f.ledger->record_at({"a", i % 3}, batch * 100 + i);
      REQUIRE(found);
      CHECK(found->offset == batch * 100 + i);
      CHECK(found->partition == i % 3);
    }
  }
  CHECK(f.ledger->record_at({"b", 0}, 7));
  CHECK_FALSE(f.ledger->record_at({"b", 0}, 8));
  CHECK_FALSE(f.ledger->record_at({"b", 1}, 7));
  CHECK_FALSE(f.ledger->record_at({"a", 0}, 1));
  CHECK_FALSE(f.ledger->record_at({"c", 0}, 0));
}

TEST_CASE("a fact is recognised for thirty days, by its identity and content") {
  Fixture f;
  const Instant start = seconds(0);
  f.in_transaction([&] {
    CHECK(f.ledger->fact_seen(1, 10, start) == Ledger::Seen::no);
    CHECK(f.ledger->fact_seen(1, 10, start) == Ledger::Seen::same);
    CHECK(f.ledger->fact_seen(1, 11, start) == Ledger::Seen::other_content);
    CHECK(f.ledger->fact_seen(UINT64_MAX, UINT64_MAX, start) == Ledger::Seen::no);
  });
  f.reopen();
  f.in_transaction([&] {
    CHECK(f.ledger->fact_seen(1, 10, start + limits::kFactMemory) == Ledger::Seen::same);
    CHECK(f.ledger->fact_seen(UINT64_MAX, UINT64_MAX, start) == Ledger::Seen::same);
    CHECK(f.ledger->fact_seen(1, 10, start + limits::kFactMemory + Duration{1}) == Ledger::Seen::no);
    CHECK(f.ledger->fact_seen(1, 10, start + limits::kFactMemory + Duration{2}) == Ledger::Seen::same);
  });
  f.ledger->begin();
  CHECK(f.ledger->fact_seen(2, 1, start) == Ledger::Seen::no);
  f.ledger->rollback();
  f.in_transaction([&] { CHECK(f.ledger->fact_seen(2, 1, start) == Ledger::Seen::no); });
}

TEST_CASE("old facts leave the file") {
  Fixture f;
  for (int day = 0; day < 400; ++day) {
    f.in_transaction([&] {
      for (uint64_t i = 0; i < 200; ++i) {
        f.ledger->fact_seen(static_cast<uint64_t>(day) * 0x9e3779b97f4a7c15 + i, i, seconds(day * 86'400));
      }
      f.ledger->set_instant(seconds(day * 86'400));
    });
  }
  // At most the facts of two periods of 30 days and a day: 200 × 61, of 32 bytes; not the 80,000 of the year.
  f.ledger.reset();
  CHECK(std::filesystem::file_size(f.options.path) < 1'500'000);
  f.open();
  f.in_transaction([&] {
    CHECK(f.ledger->fact_seen(399 * 0x9e3779b97f4a7c15, 0, seconds(399 * 86'400)) == Ledger::Seen::same);
    CHECK(f.ledger->fact_seen(0, 0, seconds(399 * 86'400)) == Ledger::Seen::no);
  });
}
