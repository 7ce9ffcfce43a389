#include <catch2/catch.hpp>
#include <set>

#include "core/hash.hpp"

using namespace duban;

TEST_CASE("stored hashes are XXH3 with seed 0, for ever") {
  // From the specification's test vectors; a change would move every entity and rename every alert.
  CHECK(hash64("") == 0x2D06800538D394C2ULL);
  CHECK(hash128("").hex() == "99aa06d3014798d86001c324468d497f");
  CHECK(hash128("hazard").hex() == "99c4866b62e792c0bdd1195ce3bb23ff");
}

TEST_CASE("a hash in hexadecimal keeps its leading zeros") {
  CHECK(Hash128{0, 0xab}.hex() == "000000000000000000000000000000ab");
}

TEST_CASE("slots never change between versions") {
  CHECK(slot_of("hazard", "H-2023-0001") == 208);
  CHECK(slot_of("unit", "E-1") == 248);
  CHECK(slot_of("hazard", "隐患-1") == 101);
}

TEST_CASE("kind and key are told apart in a slot") {
  int same = 0;
  for (int i = 0; i < 100; ++i) {
    const std::string n = std::to_string(i);
    same += slot_of("hazard" + n, "1") == slot_of("hazard", n + "1");
  }
  CHECK(same < 10);
}

TEST_CASE("entities spread over all slots") {
  std::set<int> slots;
  for (int i = 0; i < 5'000; ++i) slots.insert(slot_of("hazard", "H" + std::to_string(i)));
  CHECK(slots.size() == 256);
}
