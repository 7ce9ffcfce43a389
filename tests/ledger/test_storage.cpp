#include <sqlite3.h>
#include <catch2/catch.hpp>

#include <random>
#include <thread>

#include "ledger/schema.hpp"
#include "ledger_support.hpp"

using namespace duban;
using namespace duban::ledger;
using Catch::Contains;
using test::Fixture;
using test::seconds;

namespace {

void run_sql(const std::string& path, const std::string& sql) {
  sqlite3* database = nullptr;
  REQUIRE(sqlite3_open(path.c_str(), &database) == SQLITE_OK);
  REQUIRE(sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
  sqlite3_close(database);
}

/// What would be on disk if the process ended now: the files as they are, without the index in memory.
void crash(Fixture& f, const std::string& to) {
  std::filesystem::copy_file(f.options.path, to);
  if (std::filesystem::exists(f.options.path + "-wal")) {
    std::filesystem::copy_file(f.options.path + "-wal", to + "-wal");
  }
}

std::string dump_of(const std::string& path, std::shared_ptr<const event::Catalog> kinds) {
  Options options;
  options.path = path;
  Ledger ledger(options);
  ledger.use(std::move(kinds));
  std::ostringstream out;
  ledger.dump(out);
  return out.str();
}

/// One of a scene's steps, the same for every way of grouping them into transactions.
void step(Fixture& f, int i) {
  const std::string key = "H" + std::to_string(i % 7);
  Entity* hazard = f.ledger->find(f.kind("hazard"), key);
  if (hazard == nullptr) hazard = &f.make_hazard(key);
  hazard->changed = seconds(i);
  hazard->items[0].next = seconds(i * 10);
  f.set(*hazard, "title", "step " + std::to_string(i));
  f.ledger->index(*hazard, i % 5 != 0, "3410", "E-" + std::to_string(i % 3));
  f.ledger->journal({0, seconds(i), JournalKind::record, hazard->id, "a", 0, i, "{}"});
  Alert alert;
  alert.id = "alert-" + std::to_string(i % 11);
  alert.channels = {"console"};
  alert.json = "{}";
  f.ledger->raise(alert);
  f.ledger->put(Position{{"a", 0}, i + 1, 0, "c"});
  f.ledger->set_instant(seconds(i));
}

}  // namespace

TEST_CASE("whatever moment a process ends at, its last commit is there and nothing after it") {
  Fixture f;
  for (int i = 0; i < 40; ++i) {
    f.in_transaction([&] { step(f, i); });
    const std::string committed = f.dump();
    f.ledger->begin();
    step(f, 1'000 + i);
    if (i % 2 == 0) f.ledger->counts();  // pages written before the commit
    const std::string copy = f.folder.path("crash-" + std::to_string(i) + ".db");
    crash(f, copy);
    f.ledger->rollback();
    REQUIRE(dump_of(copy, f.kinds) == committed);
  }
}

TEST_CASE("the content does not depend on batches and restarts") {
  const auto play = [](size_t batch, bool restarts) {
    Fixture f;
    for (int i = 0; i < 60;) {
      f.in_transaction([&] {
        for (size_t n = 0; n < batch && i < 60; ++n) step(f, i++);
      });
      if (restarts) f.reopen();
    }
    return f.dump();
  };
  const std::string once = play(60, false);
  CHECK_THAT(once,
             Contains("entity hazard \"H6\"") && Contains("alert alert-10") && Contains("position a/0 60"));
  CHECK(play(1, true) == once);
  CHECK(play(7, false) == once);
}

TEST_CASE("the write-ahead log stays bounded under constant writing") {
  Options options;
  options.wal_pages = 50;
  Fixture f(options);
  int highest = 0;
  for (int i = 0; i < 300; ++i) {
    f.in_transaction([&] {
      for (int k = 0; k < 20; ++k) step(f, i * 20 + k);
    });
    highest = std::max(highest, f.ledger->wal_pages());
  }
  CHECK(highest > 50);
  CHECK(highest < 200);  // 2N and one transaction
  CHECK(std::filesystem::file_size(f.options.path + "-wal") < 250 * 4'200);
}

TEST_CASE("the log that a long reader let grow begins anew once the reader ends, and grows no more") {
  Options options;
  options.wal_pages = 50;
  Fixture f(options);
  auto write = [&f, i = 0](int transactions) mutable {
    int highest = 0;
    for (int n = 0; n < transactions; ++n, ++i) {
      f.in_transaction([&] {
        for (int k = 0; k < 20; ++k) step(f, i * 20 + k);
      });
      highest = std::max(highest, f.ledger->wal_pages());
    }
    return highest;
  };
  write(1);
  Options reading = f.options;
  reading.read_only = true;
  Ledger reader(reading);
  reader.begin();
  CHECK(reader.counts().entities > 0);
  CHECK(write(100) > 300);
  reader.commit();
  write(20);
  CHECK(write(100) < 200);  // 2N and one transaction
}

TEST_CASE("a reader with an old snapshot does not stop the writer, and sees its snapshot") {
  Options options;
  options.wal_pages = 20;
  Fixture f(options);
  f.in_transaction([&] { step(f, 0); });
  Options reading = f.options;
  reading.read_only = true;
  Ledger reader(reading);
  reader.use(f.kinds);
  reader.begin();
  REQUIRE(reader.find(f.kind("hazard"), "H0") != nullptr);
  const int64_t changed = ms_of(reader.find(f.kind("hazard"), "H0")->changed);
  for (int i = 1; i < 20; ++i) f.in_transaction([&] { step(f, i * 7); });
  CHECK(ms_of(reader.find(f.kind("hazard"), "H0")->changed) == changed);
  CHECK(reader.instant() == seconds(0));
  reader.commit();
  reader.begin();
  CHECK(reader.find(f.kind("hazard"), "H0")->changed == seconds(19 * 7));
  CHECK(reader.instant() == seconds(19 * 7));
  CHECK(reader.counts().alerts == f.ledger->counts().alerts);
  reader.commit();
}

TEST_CASE("a file of a newer duban, of another program or of an older one that is read is refused") {
  Fixture f;
  f.ledger.reset();
  run_sql(f.options.path, "PRAGMA user_version=99");
  CHECK_THROWS_WITH(f.open(), Contains("schema version is 99") && Contains("newer duban"));
  run_sql(f.options.path, "PRAGMA user_version=0");
  f.options.read_only = true;
  CHECK_THROWS_WITH(f.open(), Contains("schema version is 0, expected " + std::to_string(schema_version())));
  f.options.read_only = false;
  run_sql(f.options.path, "PRAGMA application_id=7");
  CHECK_THROWS_WITH(f.open(), Contains("application id is 7") && Contains("not a ledger of duban"));
  std::ofstream(f.options.path) << std::string(5'000, 'x');
  CHECK_THROWS_AS(f.open(), StorageError);
  f.options.path = f.folder.path("no/such/folder/shard.db");
  CHECK_THROWS_WITH(f.open(), Contains("no/such/folder/shard.db"));
}

TEST_CASE("a file of version 3 is taken up with all it holds, and can count for measures then") {
  Fixture f;
  f.in_transaction([&] { f.make_hazard("H1", seconds(50)); });
  const std::string before = f.dump();
  f.ledger.reset();
  run_sql(f.options.path,
          "ALTER TABLE job DROP COLUMN task; ALTER TABLE job DROP COLUMN detail; DROP TABLE measure_count; "
          "PRAGMA user_version=3");
  f.open();
  CHECK(f.dump() == before);
  f.ledger->begin();
  f.ledger->count({f.ledger->intern("found"), "340602", Date::of(2023, 1, 5), 1});
  CHECK(f.ledger->counted(f.ledger->intern("found"), "3406", true, Date::of(2023, 1, 1),
                          Date::of(2023, 1, 9)) == 1);
  f.ledger->commit();
}

TEST_CASE("a measure's counts add up by prefix and day, and vanish at 0") {
  Fixture f;
  f.ledger->begin();
  const NameId found = f.ledger->intern("found");
  const Date day = Date::of(2023, 1, 5);
  const std::string empty = f.dump();
  for (const char* place : {"340602", "340602101", "34070", "3406"}) f.ledger->count({found, place, day, 2});
  f.ledger->count({found, "340602", day + 3, 1});
  f.ledger->count({f.ledger->intern("closed"), "340602", day, 9});
  CHECK(f.ledger->counted(found, "3406", true, day, day + 9) == 7);
  CHECK(f.ledger->counted(found, "3406", false, day, day + 9) == 2);
  CHECK(f.ledger->counted(found, "340602", true, day, day) == 4);
  CHECK(f.ledger->counted(found, "", true, day + 1, day + 9) == 1);
  CHECK(f.ledger->counted(found, "35", true, day, day + 9) == 0);
  f.ledger->commit();
  f.ledger->begin();
  f.ledger->count({found, "340602101", day, 5});
  CHECK(f.ledger->counted(found, "3406", true, day, day + 9) == 12);  // those of before and of now
  f.ledger->count({found, "340602101", day, -5});
  for (const char* place : {"340602", "340602101", "34070", "3406"}) f.ledger->count({found, place, day, -2});
  f.ledger->count({found, "340602", day + 3, -1});
  f.ledger->count({f.ledger->intern("closed"), "340602", day, -9});
  f.ledger->commit();
  f.ledger->begin();
  CHECK(f.dump() == empty);
  f.ledger->commit();
}

TEST_CASE("a full disk throws, and the rollback leaves the last commit") {
  Options options;
  options.max_pages = 120;
  Fixture f(options);
  int committed = 0;
  std::string before = f.dump();
  const auto write_on = [&] {
    for (;; ++committed) {
      f.in_transaction([&] {
        for (int k = 0; k < 5; ++k) {
          Entity& hazard = f.make_hazard("H" + std::to_string(committed * 5 + k), seconds(committed));
          f.set(hazard, "title", std::string(500, 'x'));
        }
      });
      before = f.dump();
    }
  };
  CHECK_THROWS_WITH(write_on(), Contains("full") && Contains(f.options.path));
  f.ledger->rollback();
  CHECK(committed > 5);
  CHECK(f.dump() == before);
  CHECK(f.ledger->counts().entities == committed * 5);
  CHECK_THROWS_AS(write_on(), StorageError);
  f.ledger->rollback();
  f.ledger.reset();
  f.options.max_pages = 0;
  f.open();
  CHECK(f.dump() == before);
  f.in_transaction([&] { f.make_hazard("more"); });
  CHECK(f.ledger->counts().entities == committed * 5 + 1);
}

TEST_CASE("a damaged row is named, and the others stay readable") {
  Fixture f;
  f.in_transaction([&] {
    f.make_hazard("H1");
    f.make_hazard("H2");
    f.make_hazard("H3");
  });
  f.ledger.reset();
  run_sql(f.options.path,
          "UPDATE entity SET doc = substr(doc, 1, 5) || x'7f' || substr(doc, 7) WHERE id = 2;"
          "DELETE FROM entity WHERE id = 3");
  f.open();
  CHECK_THROWS_WITH(f.ledger->get(EntityId{2}), Contains("entity 2") && Contains("checksum"));
  CHECK_THROWS_AS(f.ledger->find(f.kind("hazard"), "H2"), StorageError);
  CHECK_THROWS_WITH(f.ledger->find(f.kind("hazard"), "H3"), Contains("entity 3"));
  CHECK(f.ledger->find(f.kind("hazard"), "H1") != nullptr);
}
