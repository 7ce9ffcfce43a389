#include "app/store_files.hpp"

#include <catch2/catch.hpp>

#include "support/temporary_folder.hpp"

using duban::app::store_files;

TEST_CASE("the shards of a store are found in order, other files beside them are left alone") {
  const duban::test::TemporaryFolder folder;
  for (const char* name :
       {"shard-1-of-2.db", "shard-0-of-2.db", "shard-0-of-2.db-wal", "notes.txt", "shard-x-of-2.db"})
    folder.write(name, "");
  std::string error;
  const auto files = store_files(folder.file(""), error);
  CHECK(error.empty());
  REQUIRE(files.size() == 2);
  CHECK(files[0].path.ends_with("shard-0-of-2.db"));
  CHECK(files[1].ownership.index == 1);
  CHECK(files[1].ownership.count == 2);
}

TEST_CASE("a store with a shard missing or two numberings is refused") {
  const duban::test::TemporaryFolder folder;
  std::string error;
  CHECK(store_files(folder.file("nowhere"), error).empty());
  CHECK(error.find("store.directory") != std::string::npos);
  error.clear();
  CHECK(store_files(folder.file(""), error).empty());
  CHECK(error.find("no ledger is here") != std::string::npos);
  error.clear();
  folder.write("shard-1-of-2.db", "");
  CHECK(store_files(folder.file(""), error).empty());
  CHECK(error.find("one of 2") != std::string::npos);
  error.clear();
  folder.write("shard-0-of-2.db", "");
  folder.write("shard-0-of-1.db", "");
  CHECK(store_files(folder.file(""), error).empty());
  CHECK_FALSE(error.empty());
}
